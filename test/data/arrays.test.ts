import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { readCifar100 } from '../../src/data/cifar.ts';
import { makeProject, outcomes, type Project, ran } from '../rig/project.ts';
import { npy, serve, tarGz, zipOf } from './rig.ts';

const pipeline = (arrays: string): string => `version: 1
name: mine
stages:
  download: { arrays: { ${arrays} }, validation: 0.2 }
`;

const digits = (rows: number, from = 0): Buffer =>
  npy(
    '|u1',
    [rows, 4, 5],
    Uint8Array.from({ length: rows * 20 }, (_, i) => (i * 7 + from) & 255),
  );
const labels = (rows: number, classes = 2): Buffer =>
  npy(
    '<i8',
    [rows],
    BigInt64Array.from({ length: rows }, (_, i) => BigInt(i % classes)),
  );

function put(project: Project, files: { [name: string]: Buffer }): void {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(project.folder, name), bytes);
}
const factsOf = (project: Project) =>
  JSON.parse(project.read('cache/out/mine/download/facts/facts.json')).facts;

test('arrays of NumPy become a dataset: files, or what an .npz holds', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('images: x.npy, labels: y.npy, test: 0.5') });
  put(project, { 'x.npy': digits(20), 'y.npy': labels(20) });
  project.run('p.yaml');
  assert.deepEqual(factsOf(project).classCounts, { train: [4, 4], validation: [1, 1], test: [5, 5] });
  assert.deepEqual(factsOf(project).example, [4, 5, 1]);
  assert.deepEqual(factsOf(project).classes, ['0', '1']);
  put(project, { 'x.npy': digits(20, 1) });
  assert.deepEqual(ran(project.run('p.yaml')), ['download']);
  const files = { 'x.npy': digits(20), 'y.npy': labels(20), 'tx.npy': digits(6, 3), 'ty.npy': labels(6) };
  put(project, { 'digits.npz': zipOf(files) });
  const all = 'from: digits.npz, images: x.npy, labels: y.npy, testImages: tx.npy, testLabels: ty.npy';
  project.write('p.yaml', pipeline(`${all}, classes: [even, odd]`));
  project.run('p.yaml');
  assert.deepEqual(factsOf(project).rows, { train: 16, validation: 4, test: 6 });
  assert.deepEqual(factsOf(project).classes, ['even', 'odd']);
});

test('arrays count by their content: neither another path nor another address of the same file reruns', async (t) => {
  const [x, y] = [digits(20), labels(20)];
  const { url } = await serve(t, (request, response) => response.end(request.url?.endsWith('x.npy') ? x : y));
  const project = makeProject(t, { 'p.yaml': pipeline('images: x.npy, labels: y.npy') });
  const told = async (arrays: string): Promise<string[]> => {
    project.write('p.yaml', pipeline(arrays));
    const { code, out, err } = await project.start('run', 'p.yaml', '--json').ended;
    assert.equal(code, 0, err);
    return ran(outcomes(out));
  };
  put(project, { 'x.npy': x, 'y.npy': y, 'moved.npy': x, 'other.npy': digits(20, 1) });
  assert.deepEqual(await told('images: x.npy, labels: y.npy'), ['download']);
  assert.deepEqual(await told('images: moved.npy, labels: y.npy'), []);
  assert.deepEqual(await told('images: other.npy, labels: y.npy'), ['download']);
  const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const at = (place: string): string =>
    `images: { url: '${url}/${place}/x.npy', sha256: ${sha(x)} }, labels: { url: '${url}/y.npy', sha256: ${sha(y)} }`;
  assert.deepEqual(await told(at('a')), ['download']);
  assert.deepEqual(await told(at('b')), []);
});

test('arrays that hold something else are refused with what they hold', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('images: x.npy, labels: y.npy') });
  const refused = (files: { [name: string]: Buffer }, words: RegExp): void => {
    put(project, { 'x.npy': digits(20), 'y.npy': labels(20), ...files });
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    assert.match(err, words);
  };
  refused(
    { 'x.npy': npy('<f4', [20, 4, 5], new Float32Array(400)) },
    /invalid-array: x\.npy holds <f4; images are uint8/,
  );
  refused({ 'y.npy': labels(19) }, /invalid-array: y\.npy has 19 labels for 20 images/);
  refused({ 'x.npy': digits(20).subarray(0, 300) }, /invalid-array: x\.npy ends after \d+ of 400 bytes/);
  const pairs = npy('|u1', [20, 2], new Uint8Array(40));
  refused({ 'y.npy': pairs }, /invalid-array: y\.npy has the shape \[20, 2\]; labels are one number a row/);
  refused({ 'x.npy': Buffer.from('text, no array') }, /invalid-array: x\.npy is no \.npy file/);
  const negative = npy(
    '|i1',
    [20],
    Int8Array.from({ length: 20 }, (_, i) => (i === 7 ? -1 : 0)),
  );
  refused({ 'y.npy': negative }, /invalid-label: row 7 of y\.npy has the label -1/);
  const with64 = (type: '<i8' | '<u8', label: bigint): Buffer =>
    npy(
      type,
      [20],
      BigInt64Array.from({ length: 20 }, (_, i) => (i === 3 ? label : 0n)),
    );
  for (const type of ['<i8', '<u8'] as const)
    refused(
      { 'y.npy': with64(type, 2n ** 32n) },
      /too-many-classes: row 3 of y\.npy has the label 4294967296; 256 classes are the most/,
    );
  refused(
    { 'y.npy': with64('<i8', 2_000_000_000n) },
    /too-many-classes: row 3 of y\.npy has the label 2000000000/,
  );
  const unsigned = npy(
    '<u4',
    [20],
    Uint32Array.from({ length: 20 }, (_, i) => (i === 3 ? 2 ** 32 - 1 : 0)),
  );
  refused({ 'y.npy': unsigned }, /row 3 of y\.npy has the label 4294967295/);
  refused(
    { 'y.npy': npy('>i2', [20], new Uint8Array(40)) },
    /y\.npy holds >i2; labels are whole numbers whose lowest byte comes first/,
  );
  refused(
    { 'x.npy': npy('|u1', [20, 0, 5], new Uint8Array(0)) },
    /invalid-array: x\.npy has the shape \[20, 0, 5\]: images without pixels/,
  );
  project.write('p.yaml', pipeline('images: ., labels: y.npy'));
  refused({}, /invalid-array: \. is a folder: say `from` for it/);
  project.write('p.yaml', pipeline('images: x.npy, labels: y.npy, classes: [one]'));
  refused({}, /invalid-label: row 1 of y\.npy has the label 1; there are 1 classes/);
});

test('labels of [rows, 1] are labels; low images have an augmentation sheet', (t) => {
  const augmented = `${pipeline('images: x.npy, labels: y.npy')}  augment: { data: download, rotation: 10 }\n`;
  const project = makeProject(t, { 'p.yaml': augmented });
  put(project, { 'x.npy': digits(20), 'y.npy': npy('|u1', [20, 1], new Uint8Array(20).fill(1, 10)) });
  assert.deepEqual(project.run('p.yaml'), { download: 'ran', augment: 'ran' });
  assert.deepEqual(factsOf(project).classCounts.test, [2, 2]);
});

test('images that are one row of many values have samples that can be looked at', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('images: x.npy, labels: y.npy') });
  const flat = npy('|u1', [20, 1, 784], new Uint8Array(20 * 784));
  put(project, { 'x.npy': flat, 'y.npy': labels(20) });
  project.run('p.yaml');
  const { width, height } = await sharp(
    join(project.folder, 'cache/out/mine/download/samples/samples.png'),
  ).metadata();
  assert.ok(width < 2000 && height < 200, `${width} x ${height}`);
});

test('a sha256 is where the file is that it belongs to, and checks a file of the project, too', async (t) => {
  const bytes = digits(20);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { url } = await serve(t, (_request, response) => response.end(bytes));
  const project = makeProject(t, { 'p.yaml': pipeline(`images: '${url}/x.npy', labels: y.npy`) });
  put(project, { 'y.npy': labels(20), 'x.npy': bytes });
  const asked = await project.start('run', 'p.yaml').ended;
  const written = /write it as (\{ url: .*, sha256: \w+ \})/.exec(asked.err)?.[1];
  project.write(
    'p.yaml',
    pipeline(`images: ${written?.replace(/url: (\S+),/, "url: '$1',")}, labels: y.npy`),
  );
  assert.equal((await project.start('run', 'p.yaml').ended).code, 0);
  project.write('p.yaml', pipeline(`images: x.npy, labels: y.npy, sha256: ${sha256}`));
  assert.match(
    project.pipe('validate', 'p.yaml').err,
    /there is no `from`[\s\S]*images: \{ url: …, sha256: … \}/,
  );
  const from = (sum: string): string => pipeline(`from: ., images: x.npy, labels: y.npy${sum}`);
  project.write('p.yaml', from(`, sha256: ${sha256}`));
  assert.match(project.pipe('run', 'p.yaml').err, /corrupted-download: \. is a folder, which has no sha256/);
  const packed = zipOf({ 'x.npy': bytes, 'y.npy': labels(20) });
  put(project, { 'd.npz': packed });
  const npz = (sum: string): string => from(sum).replace('from: .', 'from: d.npz');
  project.write('p.yaml', npz(''));
  assert.deepEqual(project.run('p.yaml'), { download: 'ran' });
  project.write('p.yaml', npz(`, sha256: ${sha256}`));
  assert.match(project.pipe('run', 'p.yaml').err, /corrupted-download: d\.npz has the sha256/);
});

test('CIFAR-100 is read by its fine labels and their names', async (t) => {
  const project = makeProject(t, {});
  const record = (coarse: number, fine: number): Buffer =>
    Buffer.concat([
      Buffer.from([coarse, fine]),
      Buffer.alloc(1024, 1),
      Buffer.alloc(1024, 2),
      Buffer.alloc(1024, 3),
    ]);
  const names = Array.from({ length: 100 }, (_, i) => `class${i}`).join('\n');
  const archive = async (fine: number): Promise<string> => {
    const path = join(project.folder, `c${fine}.tar.gz`);
    const files = {
      'cifar-100-binary/train.bin': Buffer.concat([record(3, 42), record(0, fine)]),
      'cifar-100-binary/test.bin': record(19, 99),
      'cifar-100-binary/fine_label_names.txt': `${names}\n`,
    };
    writeFileSync(path, await tarGz(files));
    return path;
  };
  const raw = await readCifar100(await archive(7));
  assert.deepEqual([...raw.labels], [42, 7, 99]);
  assert.deepEqual([...(await raw.imagesOf(Int32Array.of(0))).subarray(0, 6)], [1, 2, 3, 1, 2, 3]);
  assert.equal(raw.trainRows, 2);
  assert.equal(raw.classes[99], 'class99');
  assert.equal(raw.nameOf(2), 'record 0 of test.bin');
  await assert.rejects(
    readCifar100(await archive(100)),
    /record 1 of train\.bin has the label 100; CIFAR-100 has 0 to 99/,
  );
});
