import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { batchMaker, openDataset } from '../../src/data/batches.ts';
import { makeProject, ran } from '../rig/project.ts';

const pipeline = (augment: string): string => `version: 1
name: a
seed: 3
stages:
  download: { dataset: shapes10, limit: { train: 40, test: 10 } }
  normalize: { data: download }
  augment: { data: normalize, ${augment} }
`;

test('an option that decides nothing reruns nothing', (t) => {
  const project = makeProject(t, { 'a.yaml': pipeline('rotation: 20, horizontalFlip: true') });
  const reruns = (augment: string): string[] => {
    project.write('a.yaml', pipeline(augment));
    return ran(project.run('a.yaml'));
  };
  project.run('a.yaml');
  assert.deepEqual(reruns('rotation: 20, horizontalFlip: true, fillValue: 9, zoom: 0, operations: []'), []);
  assert.deepEqual(reruns('rotation: 20, horizontalFlip: true, fill: wrap'), ['augment']);
  assert.deepEqual(reruns('rotation: 20, horizontalFlip: true, fill: wrap, fillValue: 9'), []);
  assert.deepEqual(reruns('horizontalFlip: true'), ['augment']);
  assert.deepEqual(reruns('horizontalFlip: true, fill: constant, fillValue: 9'), []);
  assert.deepEqual(reruns('operations: [{ randomCrop: { padding: 2 } }]'), ['augment']);
  assert.deepEqual(reruns('operations: [{ randomCrop: { padding: 2, fillValue: 9, probability: 1 } }]'), []);
});

test('the contact sheet names each operation alone and all together', (t) => {
  const project = makeProject(t, {
    'a.yaml': pipeline(
      'rotation: 20, zoom: 0.2, horizontalFlip: true, operations: [{ cutout: { probability: 0.5 } }, { colourJitter: { hue: 0.2 } }]',
    ),
  });
  project.run('a.yaml');
  assert.deepEqual(JSON.parse(project.read('cache/out/a/augment/sheet/sheet.json')).rows, [
    'original',
    'rotation',
    'zoom',
    'horizontal flip',
    'cutout',
    'colour jitter',
    'all together',
  ]);
});

test('what changes no pixel is told; a zoom that would mirror images is refused', (t) => {
  const project = makeProject(t, {
    'a.yaml': pipeline('widthShift: 1, operations: [{ affine: { heightShift: 1 } }]'),
  });
  const { code, err } = project.pipe('validate', 'a.yaml');
  assert.equal(code, 0);
  const told = /a\.yaml:7:\d+ warning nothing-to-do: 1 draws whole pixels below 1/g;
  assert.equal(err.match(told)?.length, 2);
  for (const zoom of ['1', '[0, 1]', '[-1, 1]']) {
    project.write('a.yaml', pipeline(`zoom: ${zoom}`));
    assert.equal(project.pipe('validate', 'a.yaml').code, 2);
  }
});

test('an operation that does not exist, or two in one entry, is told with its place', (t) => {
  const project = makeProject(t, { 'a.yaml': pipeline('operations: [{ cutuot: { size: 4 } }]') });
  const { code, err } = project.pipe('validate', 'a.yaml');
  assert.equal(code, 2);
  assert.match(err, /a\.yaml:7:\d+ error unknown-key: .*`cutuot`[\s\S]*did you mean `cutout`\?/);
});

test('an augment after another draws anew: two flips of half of the images do not undo each other', async (t) => {
  const project = makeProject(t, {
    'a.yaml': `${pipeline('horizontalFlip: true')}  again: { kind: augment, data: augment, horizontalFlip: true }
`,
  });
  project.run('a.yaml');
  const flipsOf = async (stage: string): Promise<boolean[]> => {
    const names = ['dataset.json', 'images.npy', 'labels.npy', 'train.npy', 'validation.npy', 'test.npy'];
    const folder = join(project.folder, 'cache/out/a', stage, 'data');
    const dataset = await openDataset(Object.fromEntries(names.map((name) => [name, join(folder, name)])));
    const batch = (training: null | { seed: number }): Float32Array[] =>
      [...dataset.splits.train].map((row) => {
        const out = { x: new Float32Array(32 * 32 * 3), y: new Float32Array(10) };
        batchMaker(dataset, { rows: Int32Array.of(row), batchSize: 1, training, firstBatch: 0 })(0, out);
        return out.x;
      });
    const plain = batch(null);
    return batch({ seed: 1 }).map((image, i) => !isDeepStrictEqual(image, plain[i]));
  };
  const [once, twice] = [await flipsOf('augment'), await flipsOf('again')];
  const count = (flips: readonly boolean[]): number => flips.filter(Boolean).length;
  for (const flips of [once, twice])
    assert.ok(count(flips) > 8 && count(flips) < 28, `${count(flips)} of 36`);
  assert.notDeepEqual(once, twice);
});
