import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readNpy } from '../../src/data/npy.ts';
import { makeProject, type Project, ran } from '../rig/project.ts';

const pipeline = `version: 1
name: features
seed: 3
stages:
  download: { dataset: shapes10, limit: { train: 100, test: 40 }, validation: 0.2 }
  normalize: { data: download, method: rescale, range: [-1, 1] }
  base:
    kind: build
    input: [32, 32, 3]
    layers:
      - conv2d: { filters: 6, kernelSize: 3, strides: 2, activation: relu, name: stem }
      - batchNormalization: { name: norm }
      - globalAveragePooling2d: {}
  features: { model: base, data: normalize }
  head:
    kind: build
    input: [6]
    layers:
      - dense: { units: 8, activation: relu, name: hidden }
      - dense: { units: 10, activation: softmax, name: out }
  train: { model: head, data: features, epochs: 2, batchSize: 16, optimizer: { adam: {} } }
  evaluate: { model: train, data: features }
  whole: { kind: build, layers: [{ model: { of: base } }, { model: { of: train } }] }
  train-whole:
    kind: train
    model: whole
    data: normalize
    epochs: 1
    freeze: [stem, norm, hidden]
    optimizer: { sgd: { learningRate: 1.0e-30 } } # too small a step to change anything
  evaluate-whole: { kind: evaluate, model: train-whole, data: normalize }
  report: { of: [download, features, train, evaluate] }
`;

const out = (project: Project, path: string): string => join(project.folder, 'cache/out/features', path);

async function floats(project: Project, path: string): Promise<Float32Array> {
  const { data } = await readNpy(out(project, path));
  assert.ok(data instanceof Float32Array);
  return data;
}

test('a head trained on features and put back on its base is the same classifier of images', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml');
  const [onFeatures, onImages] = [
    await floats(project, 'evaluate/predictions/probabilities.npy'),
    await floats(project, 'evaluate-whole/predictions/probabilities.npy'),
  ];
  assert.equal(onFeatures.length, 40 * 10);
  for (const [i, value] of onFeatures.entries()) assert.ok(Math.abs(value - (onImages[i] ?? 0)) < 1e-6);
  const examplesOf = (stage: string): unknown =>
    JSON.parse(readFileSync(out(project, `${stage}/metrics/metrics.json`), 'utf8')).examples;
  assert.match(String(examplesOf('evaluate')), /^[0-9a-f]{64}$/);
  assert.equal(examplesOf('evaluate'), examplesOf('evaluate-whole'), 'their predictions can be paired');
  const { normalization } = JSON.parse(
    readFileSync(out(project, 'train-whole/trained/preprocessing.json'), 'utf8'),
  );
  assert.deepEqual(normalization, [{ transform: 'normalize', mean: [127.5], std: [127.5] }]);
  const page = readFileSync(out(project, 'report/page/report.html'), 'utf8');
  assert.match(page, /its features<\/td><td[^>]*>6</);
  assert.match(page, /3 layers, up to globalAveragePooling2d_1, of 192 parameters/);
});

test('an evaluation on data that was normalized otherwise than in training says so', (t) => {
  const project = makeProject(t, {
    'p.yaml': pipeline.replace(
      'report:',
      'raw: { kind: evaluate, model: train-whole, data: download }\n  report:',
    ),
  });
  project.run('p.yaml');
  const summary = (stage: string): string =>
    JSON.parse(readFileSync(out(project, `${stage}/facts/facts.json`), 'utf8')).summary;
  assert.match(summary('raw'), /; the data was normalized otherwise than in training$/);
  assert.doesNotMatch(summary('evaluate-whole'), /otherwise/);
  assert.doesNotMatch(summary('evaluate'), /otherwise/);
});

test('features keep labels, splits and class names, and are computed once: another head computes none anew', async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml');
  const [images, features] = [
    project.hashes('cache/out/features/normalize'),
    project.hashes('cache/out/features/features'),
  ];
  for (const file of ['labels', 'train', 'validation', 'test'])
    assert.equal(features[`data/${file}.npy`], images[`data/${file}.npy`]);
  const { shape } = await readNpy(out(project, 'features/data/features.npy'));
  assert.deepEqual(shape, [140, 6]);
  const dataset = JSON.parse(readFileSync(out(project, 'features/data/dataset.json'), 'utf8'));
  assert.equal(dataset.classes.length, 10);
  assert.deepEqual(dataset.transforms, []);
  project.write('p.yaml', pipeline.replace('units: 8', 'units: 9'));
  assert.ok(!ran(project.run('p.yaml')).includes('features'));
  project.write('p.yaml', pipeline.replace('range: [-1, 1]', 'range: [0, 1]'));
  assert.ok(ran(project.run('p.yaml')).includes('features'));
});

test('standardized features have the mean and deviation of the training rows, a pair a feature', async (t) => {
  const own = pipeline.replace(
    'head:',
    'scaled: { kind: normalize, data: features, perChannel: true }\n  head:',
  );
  const project = makeProject(t, {
    'p.yaml': own.replace('model: head, data: features', 'model: head, data: scaled'),
  });
  project.run('p.yaml');
  const values = await floats(project, 'features/data/features.npy');
  const { data: rows } = await readNpy(out(project, 'features/data/train.npy'));
  const { facts } = JSON.parse(readFileSync(out(project, 'scaled/facts/facts.json'), 'utf8'));
  for (let feature = 0; feature < 6; feature++) {
    const column = Array.from(rows, (row) => values[row * 6 + feature] ?? 0);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
    assert.ok(Math.abs(facts.mean[feature] - mean) < 1e-9);
    assert.ok(Math.abs(facts.std[feature] - Math.sqrt(variance)) < 1e-9);
  }
});

/** What `pipe validate` says of the file with one thing changed. */
function said(t: Parameters<typeof makeProject>[0], from: string, to: string): string {
  assert.ok(pipeline.includes(from));
  const project = makeProject(t, { 'p.yaml': pipeline.replace(from, to) });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2, err);
  assert.match(err, /\n1 error in 1 file\n$/, err);
  return err;
}

test('what does not fit features is refused before anything runs', (t) => {
  assert.match(
    said(t, 'input: [6]', 'input: [7]'),
    /shape-mismatch: the model takes \[7\], the data's examples are \[6\]/,
  );
  assert.match(
    said(t, 'evaluate: { model: train, data: features }', 'evaluate: { model: train, data: normalize }'),
    /shape-mismatch: the model takes \[6\], the data's examples are \[32, 32, 3\]/,
  );
  assert.match(
    said(
      t,
      'features: { model: base, data: normalize }',
      'augment: { data: normalize, rotation: 9 }\n  features: { model: base, data: augment }',
    ),
    /conflicting-options: features are computed once, augmentation is drawn anew each epoch/,
  );
  assert.match(
    said(
      t,
      'evaluate: { model: train, data: features }',
      'rescale: { kind: normalize, method: rescale, data: features }\n  evaluate: { model: train, data: rescale }',
    ),
    /not-an-image: rescale takes pixels/,
  );
  assert.match(said(t, 'range: [-1, 1]', 'range: [1, -1]'), /invalid-value: the range goes from 1 up to -1/);
  assert.match(
    said(t, 'method: rescale, range', 'method: standardize, range'),
    /conflicting-options: standardize has no range/,
  );
});

test('a network from a file is known only when it runs: what does not fit is said then', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml');
  cpSync(out(project, 'base/model'), join(project.folder, 'taken'), { recursive: true });
  const taken = pipeline.replace('model: { of: base }', 'model: { file: taken/model.json }');
  const network = taken.replace(
    /base:\n.*?\n {2}features:/s,
    'base: { kind: build, layers: [{ model: { file: taken/model.json } }] }\n  features:',
  );
  project.write('p.yaml', network.replace('input: [6]', 'input: [7]'));
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /error shape-mismatch: the model takes \[7\], the data's examples are \[6\]/);
});

test('a softmax at the end of the base is in its features, whatever layer has it', async (t) => {
  const project = makeProject(t, {
    'p.yaml': `version: 1
name: features
stages:
  download: { dataset: shapes10, limit: { train: 20, test: 10 }, validation: 0 }
  base:
    kind: build
    input: [32, 32, 3]
    layers:
      - averagePooling2d: { poolSize: 8 }
      - depthwiseConv2d: { kernelSize: 4, activation: softmax }
  features: { model: base, data: download }
`,
  });
  project.run('p.yaml', '--until', 'features');
  const values = await floats(project, 'features/data/features.npy');
  assert.equal(values.length, 30 * 3);
  for (let row = 0; row < 30; row++) {
    const sum = values.slice(row * 3, row * 3 + 3).reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5, `row ${row}: ${sum}`);
  }
});
