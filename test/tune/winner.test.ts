// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';

const search = `version: 1
name: search
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 100, test: 40 }, validation: 0.2 }
  normalize: { data: download }
  tune:
    data: normalize
    search: { random: { trials: 3 } }
    objective: { minimize: valLoss }
    epochs: 1
    space:
      filters: { int: [2, 6], step: 2 }
      learningRate: { float: [1.0e-4, 1.0e-2], log: true }
    trial:
      build:
        input: [32, 32, 3]
        layers:
          - conv2d: { filters: "\${trial.filters}", kernelSize: 3, activation: relu }
          - globalAveragePooling2d: {}
          - dense: { units: 10, activation: softmax }
      train:
        model: build
        data: normalize
        batchSize: 16
        optimizer: { adam: { learningRate: "\${trial.learningRate}" } }
  train:
    model: tune.bestModel
    data: normalize
    epochs: 2
    batchSize: 16
    optimizer: { adam: { learningRate: "\${stages.tune.best.learningRate}" } }
  evaluate: { model: train, data: normalize }
  tried: { kind: evaluate, model: tune.bestTrained, data: normalize }
  report: { of: [tune, train, evaluate, tried] }
`;

interface Trials {
  readonly best: number;
  readonly trials: readonly {
    readonly trial: number;
    readonly point: { readonly filters: number; readonly learningRate: number };
    readonly objective: number;
  }[];
}

test('params beside a value of a search are checked with each that it may have, and what follows, too', (t) => {
  const wrong = search.replace('best.learningRate}"', 'best.learningRate}", clipNorm: 1, clipValue: 0.5');
  const project = makeProject(t, { 'p.yaml': wrong });
  assert.match(
    project.pipe('validate', 'p.yaml').err,
    /error conflicting-options: only one of clipNorm, clipValue/,
  );
  const plain =
    'plain: { kind: build, input: [32, 32, 3], layers: [{ flatten: {} }, { dense: { units: 10, activation: softmax } }] }';
  const other =
    'small: { kind: download, dataset: cifar100 }\n  other: { kind: evaluate, model: train, data: small }';
  project.write(
    'p.yaml',
    search.replace('tune.bestModel', 'plain').replace('  evaluate:', `  ${plain}\n  ${other}\n  evaluate:`),
  );
  assert.match(
    project.pipe('validate', 'p.yaml').err,
    /error shape-mismatch: the model tells 10 classes apart, the data has 100/,
  );
  project.write('p.yaml', search);
  assert.equal(project.pipe('validate', 'p.yaml').code, 0);
});

test('params beside a value of which nothing is known are checked when it is: what is wrong trains nothing', (t) => {
  const project = makeProject(t, {
    'p.yaml': search
      .replace('best.learningRate}"', 'best.objective}", clipNorm: 1, clipValue: 0.5')
      .replace('trials: 3', 'trials: 1'),
  });
  const { code, err } = project.pipe('run', 'p.yaml', '--engine', 'wasm');
  assert.equal(code, 1);
  assert.match(err, /error conflicting-options: only one of clipNorm, clipValue can be used/);
  assert.match(err, /✖ train +failed/);
});

test('a seed can be no value of a stage: it is needed before any has run', (t) => {
  const project = makeProject(t, {
    'p.yaml': search.replace(
      '    model: tune.bestModel\n',
      '    model: tune.bestModel\n    seed: "${stages.tune.best.filters}"\n',
    ),
  });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(err, /error invalid-value: `seed` is needed before any stage has run/);
});

test('what follows a search takes its winner: the model, the values, the training', (t) => {
  const { run, read, write } = makeProject(t, { 'p.yaml': search });
  run('p.yaml');
  const out = 'cache/out/search';
  const { best, trials }: Trials = JSON.parse(read(`${out}/tune/trials/trials.json`));
  assert.deepEqual(
    trials.map(({ trial }) => trial),
    [1, 2, 3],
  );
  const winner = trials[best - 1];
  assert(winner);
  assert.equal(Math.min(...trials.map(({ objective }) => objective)), winner.objective);
  assert.equal(new Set(trials.map(({ objective }) => objective)).size, 3);
  const facts = JSON.parse(read(`${out}/train/facts/facts.json`));
  assert.equal(facts.params.optimizer.adam.learningRate, winner.point.learningRate);
  const [convolution] = JSON.parse(read(`${out}/train/trained/model.json`)).weightsManifest[0].weights;
  assert.deepEqual(convolution.shape, [3, 3, 3, winner.point.filters]);
  assert.deepEqual(new Set(Object.values(run('p.yaml'))), new Set(['cached']));
  write('p.yaml', search.replace('minimize: valLoss', 'maximize: loss'));
  assert.equal(run('p.yaml').tune, 'ran');
  assert.notEqual(JSON.parse(read(`${out}/tune/trials/trials.json`)).best, best);
});
