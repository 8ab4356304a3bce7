import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseNpy } from '../../src/data/npy.ts';
import { choose, type RawSource, takeRows } from '../../src/data/raw.ts';
import { makeProject } from '../rig/project.ts';

/** A dataset of one-pixel images, each with its row as its pixel. */
function rowsOf(labels: number[], trainRows: number): RawSource {
  return {
    example: [1, 1, 1],
    classes: ['a', 'b', 'c'],
    labels: Uint8Array.from(labels),
    trainRows,
    imagesOf: async (rows) => Uint8Array.from(rows),
    nameOf: (row) => `row ${row}`,
  };
}

test('validation is a part of the training rows, the same of each class; splits share no row; the seed decides', async () => {
  const form = fc.record({
    train: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 80 }),
    test: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 }),
    part: fc.double({ min: 0, max: 0.5, noNaN: true }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(form, async ({ train, test, part, seed }) => {
      const all = rowsOf([...train, ...test], train.length);
      const validation = Math.round(train.length * part);
      const counts = { train: train.length - validation, validation, test: test.length };
      const { rows: chosen, splits } = choose(all, counts, seed);
      const raw = await takeRows(all, chosen);
      const rows = [...splits.train, ...splits.validation, ...splits.test];
      assert.deepEqual(
        [splits.train.length, splits.validation.length, splits.test.length],
        Object.values(counts),
      );
      assert.equal(new Set(rows).size, rows.length);
      assert.ok(
        [...splits.train, ...splits.validation].every((row) => (raw.images[row] ?? 255) < train.length),
      );
      for (const label of [0, 1, 2]) {
        const of = (from: ArrayLike<number>): number =>
          Array.from(from).filter((row) => raw.labels[row] === label).length;
        const share = (train.filter((one) => one === label).length * validation) / train.length;
        assert.ok(Math.abs(of(splits.validation) - share) < 1);
      }
      assert.deepEqual(choose(all, counts, seed).splits, splits);
    }),
    { numRuns: 100 },
  );
  const many = rowsOf(new Array(100).fill(0), 80);
  const held = (seed: number): string =>
    choose(many, { train: 60, validation: 20, test: 20 }, seed).splits.validation.join();
  assert.notEqual(held(1), held(2));
});

const pipeline = (download: string): string => `version: 1
name: s
stages:
  download: { dataset: shapes10, limit: { train: 40, test: 20 }, ${download} }
  build: { input: [32, 32, 3], layers: [{ globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } }] }
  train: { model: build, data: download, epochs: 1, batchSize: 20 }
  evaluate: { model: train, data: download }
  report: { of: [train, evaluate] }
`;

test('validating on the test rows is refused with the reason, unless the file allows it; then its results are marked', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('validation: test') });
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /p\.yaml:4:\d+ error test-as-validation: .*would no longer tell how the model does on new images/,
  );
  assert.match(err, /allowTestAs: validation/);
  project.write('p.yaml', pipeline('validation: test, allowTestAs: validation'));
  project.run('p.yaml');
  const rows = (split: string): number[] => {
    const bytes = readFileSync(join(project.folder, `cache/out/s/download/data/${split}.npy`));
    return [...new Int32Array(parseNpy(bytes, split).body)];
  };
  assert.deepEqual(rows('validation'), rows('test'));
  assert.equal(rows('train').length, 40);
  const marked = /test \(also used for validation\)/;
  assert.match(JSON.parse(project.read('cache/out/s/evaluate/metrics/metrics.json')).split, marked);
  assert.match(project.pipe('runs').out, marked);
  assert.match(project.pipe('run', 'p.yaml').out + project.pipe('run', 'p.yaml').err, marked);
  const report = Object.keys(project.hashes('cache/out/s/report')).find((path) => path.endsWith('.html'));
  assert.match(project.read(`cache/out/s/report/${report}`), marked);
});
