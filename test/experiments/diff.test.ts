/** What differs, from the records of two runs alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffMetrics, directionOf } from '../../src/experiments/diff/contents.ts';
import { checkDrops } from '../../src/experiments/diff/diff.ts';
import { diffMarkdown } from '../../src/experiments/diff/markdown.ts';
import { partsOf } from '../../src/experiments/diff/parts.ts';
import { diffEngines, diffGraph, diffParams, diffSeeds } from '../../src/experiments/diff/settings.ts';
import { type RunRecord, readRecord, type StageRecord } from '../../src/experiments/record.ts';
import type { Subject } from '../../src/experiments/subject.ts';
import type { JsonObject } from '../../src/stages/kind.ts';

test('params that differ are named by stage and path with their places; what one lacks is absent there', () => {
  const before = subject('a', [stage('train', { optimizer: { adam: { rate: 0.1 } }, epochs: 2 }, {})]);
  const place = { 'optimizer.sgd.rate': 'a.yaml:3:5' };
  const after = subject('b', [
    { ...stage('train', { optimizer: { sgd: { rate: 0.1 } }, epochs: 2 }, {}), places: place },
  ]);
  assert.deepEqual(diffParams([before, after]), [
    { path: 'train.optimizer.adam.rate', values: ['0.1', null], places: [null, null] },
    { path: 'train.optimizer.sgd.rate', values: [null, '0.1'], places: [null, 'a.yaml:3:5'] },
  ]);
});

test('lists differ by item, and a number differs from the same digits as text', () => {
  const before = subject('a', [stage('build', { input: [32, 32, 3], width: 1, layers: [] }, {})]);
  const after = subject('b', [stage('build', { input: [28, 32, 3], width: '1', layers: [] }, {})]);
  assert.deepEqual(
    diffParams([before, after]).map(({ path, values }) => [path, ...values]),
    [
      ['build.input.0', '32', '28'],
      ['build.width', '1', '"1"'],
    ],
  );
});

test('references are told with the graph, as are stages that only one has', () => {
  const train = stage('train', { model: 'build', data: 'normalize', epochs: 1 }, {});
  const before = subject('a', [{ ...train, from: ['build', 'normalize'] }]);
  const after = subject('b', [
    { ...train, params: { ...train.params, data: 'augment' }, from: ['build', 'augment'] },
    stage('augment', { rotation: 20 }, {}),
  ]);
  assert.deepEqual(diffParams([before, after]), []);
  assert.deepEqual(diffGraph([before, after]), [
    { path: 'train', values: ['train from build, normalize', 'train from build, augment'] },
    { path: 'augment', values: [null, 'augment from nothing'] },
  ]);
});

test('metrics are better or worse by what they are; of several subjects each is judged against the first', () => {
  const of = (accuracy: number, loss: number): Subject =>
    subject('x', [stage('evaluate', {}, { accuracy, loss })]);
  assert.deepEqual(diffMetrics([of(0.5, 1), of(0.75, 2), of(0.5, 0.5)]), [
    { path: 'evaluate.accuracy', values: [0.5, 0.75, 0.5], judged: ['better', null] },
    { path: 'evaluate.loss', values: [1, 2, 0.5], judged: ['worse', 'better'] },
  ]);
  assert.equal(directionOf('train.epochs'), 0);
});

test('a seed of the whole pipeline is told once, and mixed engines are flagged', () => {
  const seeded = (seed: number): Subject =>
    subject('x', [
      { ...stage('train', {}, {}), seed },
      { ...stage('build', {}, {}), seed },
    ]);
  assert.deepEqual(diffSeeds([seeded(1), seeded(2)]), [{ path: 'seed', values: ['1', '2'] }]);
  const on = (engine: string): Subject => subject('x', [{ ...stage('train', {}, {}), engine: { engine } }]);
  assert.deepEqual(diffEngines([on('wasm'), on('native')]), [
    { path: 'train', values: ['engine wasm', 'engine native'] },
  ]);
});

test('a run does not differ from itself', () => {
  const one = subject('a', [stage('train', { epochs: 2 }, { accuracy: 0.5 })]);
  for (const differs of [diffParams, diffGraph, diffSeeds, diffEngines, diffMetrics])
    assert.deepEqual(differs([one, one]), []);
});

test('a limit is exceeded by a worse metric or a missing one, never by a better one', () => {
  const of = (accuracy: number): Subject =>
    subject('x', [stage('evaluate', {}, { accuracy, loss: 1 - accuracy })]);
  const exceeded = (before: number, after: number, metric: string): boolean | undefined =>
    checkDrops([of(before), of(after)], [{ metric, allowed: 0.01 }])[0]?.exceeded;
  assert.equal(exceeded(0.8, 0.79, 'evaluate.accuracy'), false);
  assert.equal(exceeded(0.8, 0.78, 'evaluate.accuracy'), true);
  assert.equal(exceeded(0.8, 0.9, 'evaluate.accuracy'), false);
  assert.equal(exceeded(0.8, 0.9, 'evaluate.loss'), false);
  assert.equal(exceeded(0.8, 0.7, 'evaluate.loss'), true);
  assert.equal(exceeded(0.8, 0.8, 'evaluate.f1'), true);
  assert.throws(
    () => exceeded(0.8, 0.8, 'evaluate.lines'),
    /nothing says whether more or less of `evaluate\.lines` is worse/,
  );
});

test('a limit on what a search came to goes by its objective', () => {
  const of = (best: number, objective: JsonObject): Subject =>
    subject('x', [stage('tune', { objective }, { 'best.objective': best })]);
  const exceeded = (before: number, after: number, objective: JsonObject): boolean | undefined =>
    checkDrops(
      [of(before, objective), of(after, objective)],
      [{ metric: 'tune.best.objective', allowed: 0.01 }],
    )[0]?.exceeded;
  assert.equal(exceeded(0.5, 2.5, { minimize: 'valLoss' }), true);
  assert.equal(exceeded(0.5, 0.1, { minimize: 'valLoss' }), false);
  assert.equal(exceeded(0.5, 0.1, { maximize: 'valAccuracy' }), true);
});

test('means of the same numbers in another order are no difference', () => {
  const side = (label: string, accuracies: readonly number[]): Subject =>
    subject(
      label,
      accuracies.map((accuracy) => stage('evaluate', {}, { accuracy })),
    );
  assert.deepEqual(diffMetrics([side('a', [0.1, 0.2, 0.3]), side('b', [0.3, 0.2, 0.1])]), []);
});

test('of more than two a row is a run, in several tables where one would be too wide; places are told once', () => {
  const names = ['a', 'b', 'c'];
  const params = Array.from({ length: 6 }, (_, i) => ({
    path: `train.optimizer.rmsprop.param${i}`,
    values: names.map((name) => `${name}${i}`),
    places: ['p.yaml:3:4', null, 'p.yaml:3:4'],
  }));
  const none = {
    seeds: [],
    graph: [],
    data: [],
    model: [],
    metrics: [],
    evaluations: [],
    curves: [],
    cost: [],
  };
  const [part] = partsOf({ version: 1, subjects: names, params, engines: [], ...none });
  assert.ok(part && part.tables.length > 1);
  for (const { head, rows } of part.tables) {
    assert.equal(head[0], 'run');
    assert.deepEqual(
      rows.map(([run]) => run),
      names,
    );
    assert.ok(head.join('  ').length <= 100);
  }
  assert.deepEqual(
    part.tables.flatMap(({ head }) => head.slice(1)),
    params.map(({ path }) => path),
  );
  assert.match(part.sentences[0] ?? '', /^Written at train\.optimizer\.rmsprop\.param0: p\.yaml:3:4; train/);
});

test('Markdown of a diff takes nothing from a name for its own syntax', () => {
  const part = {
    title: 'params',
    topic: 'params',
    sentences: [],
    tables: [{ head: ['', 'a|b'], rows: [['x', '<b>*1*</b>\n2']] }],
  };
  assert.equal(
    diffMarkdown('b against a', [part]),
    '## b against a\n\n### params\n\n|  | a\\|b |\n| --- | --- |\n| x | \\<b\\>\\*1\\*\\</b\\> 2 |\n',
  );
});

test('a record of another version, or none, is not read', () => {
  const record = recordOf([]);
  assert.deepEqual(readRecord(record), record);
  for (const other of [{ ...record, version: 2 }, { ...record, stages: null }, null, 'text', []])
    assert.equal(readRecord(other), null);
});

function subject(label: string, stages: readonly StageRecord[]): Subject {
  return { label, stages: stages.map((one) => ({ ...one, repetition: null, fullName: one.name })) };
}

function stage(name: string, params: StageRecord['params'], values: StageRecord['values']): StageRecord {
  return {
    name,
    kind: name,
    outcome: 'ran',
    reason: '',
    seconds: 1,
    fingerprint: null,
    params,
    values,
    summary: '',
    engine: null,
    ports: {},
    cell: {},
    seed: 42,
    places: {},
    from: [],
    peakMemory: null,
    error: null,
  };
}

function recordOf(stages: readonly StageRecord[]): RunRecord {
  return {
    version: 1,
    id: '20261124-093015-ab12',
    pipeline: 'cifar',
    file: 'cifar.yaml',
    profile: null,
    sets: [],
    name: null,
    git: null,
    peakMemory: null,
    process: null,
    text: '',
    seed: 42,
    outcome: 'done',
    started: '2026-11-24T09:30:15.000Z',
    seconds: 1,
    engine: {},
    versions: {},
    stages,
    machine: { node: 'v20', platform: 'linux-x64', cpu: 'cpu', cpus: 2, memory: 8e9 },
  };
}
