import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const launcher = resolve('src/build/launch.mjs');
const pipeline = `version: 1
name: small
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 100, test: 40 }, validation: 0.2 }
  normalize: { data: download }
  augment: { data: normalize, rotation: 20 }
  build: { input: [32, 32, 3], layers: [ { conv2d: { filters: 4, kernelSize: 3, activation: relu } }, { globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } } ] }
  train: { model: build, data: augment, epochs: 2, batchSize: 16 }
  evaluate: { model: train, data: normalize }
  report: { of: [download, augment, train, evaluate] }
`;

function project(text = pipeline): {
  pipe: (...args: string[]) => { code: number | null; out: string; err: string };
  write: (text: string) => void;
  folder: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  const write = (changed: string): void => writeFileSync(join(folder, 'p.yaml'), changed);
  writeFileSync(join(folder, 'package.json'), '{}');
  write(text);
  const pipe = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  };
  return { pipe, write, folder };
}

function outcomes(out: string): { [stage: string]: string } {
  const events = out
    .trim()
    .split('\n')
    .map((line): { type: string; stage: string; outcome: string } => JSON.parse(line));
  return Object.fromEntries(
    events.filter((event) => event.type === 'stage-end').map((event) => [event.stage, event.outcome]),
  );
}

const ranIn = (out: string): string[] =>
  Object.entries(outcomes(out))
    .filter(([, outcome]) => outcome === 'ran')
    .map(([stage]) => stage)
    .sort();

test('a second run runs nothing; an edit reruns what depends on it; going back brings the old results back', () => {
  const { pipe, write, folder } = project();
  const first = pipe('run', 'p.yaml', '--json');
  assert.equal(first.code, 0, first.out + first.err);
  assert.equal(ranIn(first.out).length, 7);
  const metrics = join(folder, 'cache/out/small/evaluate/metrics/metrics.json');
  const before = readFileSync(metrics, 'utf8');
  assert.deepEqual(ranIn(pipe('run', 'p.yaml', '--json').out), []);
  write(`# a comment\n${pipeline.replace('rotation: 20', 'rotation: 20, shear: 0, description: turned')}`);
  assert.deepEqual(ranIn(pipe('run', 'p.yaml', '--json').out), []);
  write(pipeline.replace('rotation: 20', 'rotation: 25'));
  assert.deepEqual(ranIn(pipe('run', 'p.yaml', '--json').out), ['augment', 'evaluate', 'report', 'train']);
  write(pipeline);
  assert.deepEqual(ranIn(pipe('run', 'p.yaml', '--json').out), []);
  assert.equal(readFileSync(metrics, 'utf8'), before);
});

test('a longer training continues from the last epoch and gives the bytes of one in one go', () => {
  const longer = pipeline.replace('epochs: 2', 'epochs: 3');
  const [split, whole] = [project(), project(longer)];
  split.pipe('run', 'p.yaml');
  split.write(longer);
  assert.equal(split.pipe('run', 'p.yaml').code, 0);
  assert.equal(whole.pipe('run', 'p.yaml').code, 0);
  const weights = (folder: string): string =>
    readFileSync(join(folder, 'cache/out/small/train/trained/weights.bin'), 'hex');
  assert.equal(weights(split.folder), weights(whole.folder));
});

test('a mistake is told with its place and the likely fix, and nothing runs', () => {
  const { pipe } = project(pipeline.replace('model: build, data: augment', 'model: biuld, data: augment'));
  const { code, err } = pipe('run', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /p\.yaml:9:19 error unknown-stage: `train` takes its model from `biuld`, which is not a stage/,
  );
  assert.match(err, /did you mean `build`\?/);
});
