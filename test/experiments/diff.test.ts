import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffRuns } from '../../src/experiments/diff.ts';
import { type RunRecord, readRecord, type StageRecord } from '../../src/experiments/record.ts';

test('params and metrics that differ are named by stage and path; what one run lacks is absent there', () => {
  const before = recordOf([
    stage('train', { optimizer: { adam: { rate: 0.1 } }, epochs: 2 }, { accuracy: 0.5, loss: 1 }),
  ]);
  const after = recordOf([
    stage('train', { optimizer: { sgd: { rate: 0.1 } }, epochs: 2 }, { accuracy: 0.75, loss: 1 }),
    stage('evaluate', { split: 'test' }, {}),
  ]);
  assert.deepEqual(diffRuns(before, after), {
    params: [
      { path: 'train.optimizer.adam.rate', a: '0.1', b: undefined },
      { path: 'train.optimizer.sgd.rate', a: undefined, b: '0.1' },
      { path: 'evaluate.split', a: undefined, b: '"test"' },
    ],
    metrics: [{ path: 'train.accuracy', a: '0.5', b: '0.75' }],
  });
});

test('lists differ by item, and a number differs from the same digits as text', () => {
  const before = recordOf([stage('build', { input: [32, 32, 3], width: 1, layers: [] }, {})]);
  const after = recordOf([stage('build', { input: [28, 32, 3], width: '1', layers: [] }, {})]);
  assert.deepEqual(diffRuns(before, after).params, [
    { path: 'build.input.0', a: '32', b: '28' },
    { path: 'build.width', a: '1', b: '"1"' },
  ]);
});

test('a run does not differ from itself, whatever the time it took', () => {
  const one = recordOf([stage('train', { epochs: 2 }, { accuracy: 0.5 })]);
  assert.deepEqual(diffRuns(one, { ...one, id: 'other', seconds: 99 }), { params: [], metrics: [] });
});

test('a record of another version, or none, is not read', () => {
  const record = recordOf([]);
  assert.equal(readRecord(record), record);
  for (const other of [{ ...record, version: 2 }, { ...record, stages: null }, null, 'text', []])
    assert.equal(readRecord(other), null);
});

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
    text: '',
    seed: 42,
    outcome: 'done',
    started: '2026-11-24T09:30:15.000Z',
    seconds: 1,
    engine: {},
    versions: {},
    stages,
    machine: { node: 'v20', platform: 'linux-x64', cpu: 'cpu', cpus: 2 },
  };
}
