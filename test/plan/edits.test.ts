import assert from 'node:assert/strict';
import { test } from 'node:test';
import { due } from '../rig/plan.ts';
import { makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

type Edit = readonly [what: string, from: string, to: string];

const nothing: readonly Edit[] = [
  ['a comment', 'seed: 7', 'seed: 7 # for luck'],
  ['a description', 'name: small', 'name: small\ndescription: of shapes'],
  ['the style of a map', '{ data: download }', '\n    data: download'],
  ['quotes', 'dataset: shapes10', 'dataset: "shapes10"'],
  ['the form of a number', 'rate: 0.2', 'rate: 2.0e-1'],
  [
    'a default written out',
    'batchSize: 16',
    'batchSize: 16, callbacks: [], loss: sparseCategoricalCrossentropy',
  ],
  ['a var for a value', 'stages:', 'vars: { turn: 20 }\nstages:'],
  ['a profile that is not taken', 'stages:', 'profiles: { long: { vars: {} } }\nvars: {}\nstages:'],
  ['how a stage is run', 'batchSize: 16', 'batchSize: 16, timeout: 1h, retries: 2, mutex: camera'],
];

/** The first stage that runs; all others that are named depend on it. */
const runs: readonly (readonly [...Edit, stages: string])[] = [
  ['rows', 'train: 100', 'train: 90', 'download normalize augment train evaluate report'],
  [
    'the normalization',
    '{ data: download }',
    '{ data: download, method: rescale }',
    'normalize augment train evaluate report',
  ],
  ['an augmentation', 'rotation: 20', 'rotation: 25', 'augment train evaluate report'],
  ['a layer', 'filters: 4', 'filters: 5', 'build train evaluate report'],
  [
    'a layer more',
    '      - dropout',
    '      - dropout: { rate: 0.1 }\n      - dropout',
    'build train evaluate report',
  ],
  ['a param of the training', 'batchSize: 16', 'batchSize: 20', 'train evaluate report'],
  [
    'what is evaluated',
    'model: train, data: normalize',
    'model: train, data: normalize, split: validation',
    'evaluate report',
  ],
  ['what is reported', '[download, augment, ', '[augment, ', 'report'],
];

test('edits that decide no output run nothing, every other one the right stages and no more', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  project.run('p.yaml');
  const planned = (what: string, from: string, to: string): string[] => {
    assert.ok(small.includes(from), what);
    project.write('p.yaml', small.replace(from, to));
    return Object.keys(due(project));
  };
  for (const [what, from, to] of nothing) assert.deepEqual(planned(what, from, to), [], what);
  for (const [what, from, to, stages] of runs)
    assert.equal(planned(what, from, to).sort().join(' '), stages.split(' ').sort().join(' '), what);
  assert.deepEqual(planned('back', 'seed: 7', 'seed: 7'), []);
});

test('a renamed stage runs nothing but the reports that show its name', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  project.run('p.yaml');
  project.write(
    'p.yaml',
    small.replaceAll('build', 'network').replace('network:', 'network:\n    kind: build'),
  );
  assert.deepEqual(due(project), { report: 'run: the graph that it draws changed' });
  project.write(
    'p.yaml',
    small.replaceAll('evaluate', 'score').replace('score: {', 'score: { kind: evaluate,'),
  );
  assert.deepEqual(Object.keys(due(project)), ['report']);
});
