import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../src/cli/settings.ts';
import { describeEngines } from '../../src/nn/engines.ts';
import { makeProject, type Project, ran } from '../rig/project.ts';
import { small } from '../rig/small.ts';
import { search, training } from '../tune/rig.ts';

const { engineSettings } = readSettings({});
const native = describeEngines(engineSettings).find(({ name }) => name === 'native');
const skip = native?.works ? false : (native?.why ?? 'there is no native engine');

const trained = (project: Project): object => project.hashes('cache/out/small/train/trained');
const logged = (project: Project, ...flags: string[]): string => {
  const { code, out, err } = project.pipe('run', 'p.yaml', '--json', ...flags);
  assert.equal(code, 0, out + err);
  return out;
};
const change = (from: string, to: string): string => {
  assert.ok(small.includes(from), from);
  return small.replace(from, to);
};

test('native: two epochs, then three, give the bytes of three in one go', { skip }, (t) => {
  const longer = change('epochs: 2', 'epochs: 3');
  const env = { PIPE_ENGINE_FOLDER: engineSettings.folder };
  const [split, whole] = [
    makeProject(t, { 'p.yaml': small }, env),
    makeProject(t, { 'p.yaml': longer }, env),
  ];
  logged(split, '--engine', 'native');
  split.write('p.yaml', longer);
  assert.match(logged(split, '--engine', 'native'), /continues after 2 epochs/);
  logged(whole, '--engine', 'native');
  assert.deepEqual(trained(split), trained(whole));
});

test('a training that stopped early satisfies any longer request, to the byte', (t) => {
  // No epoch improves by 9: the second one stops.
  const stopping = (epochs: number): string =>
    change('epochs: 2', `epochs: ${epochs}, callbacks: [ { earlyStopping: { minDelta: 9 } } ]`);
  const project = makeProject(t, { 'p.yaml': stopping(4) });
  logged(project);
  const before = trained(project);
  project.write('p.yaml', stopping(9));
  const again = logged(project);
  assert.match(again, /continues after 2 epochs/);
  assert.match(again, /2 of 9 epochs/);
  assert.deepEqual(trained(project), before);
});

test('workers change nothing and rerun nothing; a schedule over all epochs starts anew', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  logged(project);
  project.write('p.yaml', change('epochs: 2', 'epochs: 2, workers: 2'));
  assert.deepEqual(ran(project.run('p.yaml')), []);
  const cosine = (epochs: number): string =>
    change('epochs: 2', `epochs: ${epochs}, schedule: { cosine: {} }`);
  project.write('p.yaml', cosine(2));
  logged(project);
  project.write('p.yaml', cosine(3));
  assert.doesNotMatch(logged(project), /continues after/);
});

test('options that contradict each other are told before anything starts', (t) => {
  const project = makeProject(t, {});
  const told = (options: string, ...flags: string[]): string => {
    project.write('p.yaml', change('epochs: 2', `epochs: 2, ${options}`));
    return project.pipe('run', 'p.yaml', ...flags).err;
  };
  assert.match(
    told('schedule: { constant: {} }, callbacks: [ { reduceLROnPlateau: {} } ]'),
    /conflicting-options: `schedule` sets the rate of every step; reduceLROnPlateau could not change it/,
  );
  assert.match(
    told('optimizer: { sgd: { clipNorm: 1, clipValue: 1 } }'),
    /only one of clipNorm, clipValue can be used/,
  );
  assert.match(told('labelSmoothing: 0.1'), /sparseCategoricalCrossentropy has no labelSmoothing/);
  assert.match(told('fromLogits: true'), /fromLogits takes a model without softmax/);
});

test('native: bfloat16 on a processor without it is told before anything starts', { skip }, (t) => {
  const half = change('epochs: 2', 'epochs: 2, precision: mixedBfloat16');
  const project = makeProject(
    t,
    { 'p.yaml': half },
    { PIPE_ENGINE_FOLDER: engineSettings.folder, ONEDNN_MAX_CPU_ISA: 'AVX2' },
  );
  const { code, err } = project.pipe('run', 'p.yaml', '--engine', 'native');
  assert.equal(code, 2, err);
  assert.match(
    err,
    /p\.yaml:\d+:\d+ error precision-unsupported: the engine native has no bfloat16 on this processor/,
  );
  assert.match(err, /use precision: float32, or a processor with AVX-512/);
});

test('bfloat16 on an engine without it is told by plan and run before anything starts, also inside of a search', (t) => {
  const half = change('epochs: 2', 'epochs: 2, precision: mixedBfloat16');
  const halfTrial = training.replace('batchSize: 16', 'batchSize: 16, precision: mixedBfloat16');
  const project = makeProject(t, {
    'p.yaml': half,
    'search.yaml': search('search: { random: { trials: 2 } }\n    epochs: 1', halfTrial),
  });
  for (const [command, file] of [
    ['plan', 'p.yaml'],
    ['run', 'p.yaml'],
    ['run', 'search.yaml'],
  ] as const) {
    const { code, out, err } = project.pipe(command, file, '--engine', 'wasm');
    assert.equal(code, 2, out);
    assert.match(
      err,
      /yaml:\d+:\d+ error precision-unsupported: the engine wasm has no bfloat16, which `train` asks for/,
    );
    assert.match(err, /use the native engine \(--engine native\), or precision: float32/);
  }
  assert.equal(project.pipe('runs', '--json').out.includes('"id"'), false, 'no run has begun');
  assert.match(project.pipe('validate', 'p.yaml').out, /valid/, 'the file names no engine');
});
