// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';
import { search, training } from './rig.ts';

const wrong: [what: string, change: [string, string], told: RegExp][] = [
  [
    'a dimension that the space does not have',
    ['trial.learningRate', 'trial.learnRate'],
    /p\.yaml:16:\d+ error unknown-var: `trial\.learnRate` is no dimension of the space\n.*\n.*did you mean `trial\.learningRate`\?/,
  ],
  [
    'a name that every object of JavaScript has',
    ['trial.learningRate', 'trial.constructor'],
    /p\.yaml:16:\d+ error unknown-var: `trial\.constructor` is no dimension of the space/,
  ],
  [
    'a key that the stage does not have',
    ['batchSize', 'batchsize'],
    /p\.yaml:16:\d+ error unknown-key: .*`batchsize`[\s\S]*did you mean `batchSize`\?/,
  ],
  [
    'a stage that is not there',
    ['model: build', 'model: biuld'],
    /p\.yaml:16:\d+ error unknown-stage: .*`biuld`[\s\S]*did you mean `build`\?/,
  ],
  [
    'epochs of its own',
    ['batchSize: 16', 'batchSize: 16, epochs: 3'],
    /p\.yaml:16:\d+ error invalid-value: the search says for how many epochs `train` trains/,
  ],
  [
    'a value that is right for some points only',
    ['float: [1.0e-3, 1.0e-1], log: true', 'float: [-1, 1]'],
    /error invalid-value: .*learningRate.* \(with learningRate -1\)/,
  ],
  [
    'no training',
    ['train:', 'other: { kind: normalize, data: download }\n      normalize:'],
    /error invalid-value: the trial has no stage of kind train/,
  ],
  [
    'a batch that is larger than the data around it',
    ['batchSize: 16', 'batchSize: 1600'],
    /p\.yaml:16:\d+ error batch-too-large: batchSize is 1600, the data has 48 training rows/,
  ],
  [
    'a mutex of its own inside of a search that has one',
    ['trial:\n      train: {', 'mutex: camera\n    trial:\n      train: { mutex: robot,'],
    /p\.yaml:17:\d+ error conflicting-options: `tune` keeps its mutex while it runs, so that `train` could wait for ever/,
  ],
  [
    'a seed of its own, with several executions',
    ['trial:\n      train: {', 'executions: 3\n    trial:\n      train: { seed: 3,'],
    /error conflicting-options: `train` has a seed of its own, so that all 3 executions of a trial would be the same/,
  ],
  [
    'a search inside',
    [
      'train:',
      'tune: { search: { grid: {} }, epochs: 1, space: { x: { int: [1, 2] } }, trial: { train: {} } }\n      train:',
    ],
    /error invalid-value: a trial has no search of its own/,
  ],
];

for (const [what, [from, to], told] of wrong) {
  test(`in a trial, ${what} is refused at its place before anything runs`, (t) => {
    const text = search('search: { random: { trials: 3 } }\n    epochs: 1', training.replace(from, to));
    const { pipe } = makeProject(t, { 'p.yaml': text });
    const { code, err, out } = pipe('validate', 'p.yaml');
    assert.equal(code, 2, out);
    assert.match(err + out, told);
  });
}

test('a trial’s stage may have a name that every object of JavaScript has', (t) => {
  const layers = 'layers: [{ flatten: {} }, { dense: { units: 10, activation: softmax } }]';
  const own = `constructor: { kind: build, input: [32, 32, 3], ${layers} }\n      train: { model: constructor,`;
  const text = search(
    'search: { random: { trials: 3 } }\n    epochs: 1',
    training.replace('train: { model: build,', own),
  );
  const { code, err } = makeProject(t, { 'p.yaml': text }).pipe('validate', 'p.yaml');
  assert.equal(code, 0, err);
});

const idle: [what: string, from: string, to: string, told: RegExp][] = [
  [
    'a callback',
    'batchSize: 16',
    'batchSize: 16, callbacks: [{ reduceLROnPlateau: { patience: 20 } }]',
    /reduceLROnPlateau acts after epoch 21/,
  ],
  [
    'pruning',
    'space: {',
    'prune: { median: { startup: 5 } }\n    space: {',
    /first asked after 5 trials, the search has 3/,
  ],
];
for (const [what, from, to, told] of idle) {
  test(`in a search, ${what} that never acts is a warning`, (t) => {
    const text = search('search: { random: { trials: 3 } }\n    epochs: 4', training.replace(from, to));
    const { code, err } = makeProject(t, { 'p.yaml': text }).pipe('validate', 'p.yaml');
    assert.equal(code, 0, err);
    assert.match(err, /warning never-acts/);
    assert.match(err, told);
  });
}

test('a search that leaves none behind is a warning', (t) => {
  for (const [own, told] of [
    [
      'search: { hyperband: {} }\n    epochs: 2',
      /2 epochs are not 3 times minEpochs: no trial is ended early/,
    ],
    ['search: { halving: { trials: 2 } }\n    epochs: 9', /of 2 trials none is left behind by a factor of 3/],
  ] as const) {
    const { err } = makeProject(t, { 'p.yaml': search(own, training) }).pipe('validate', 'p.yaml');
    assert.match(err, told);
  }
});

test('a warning on a stage of the trial is one, and the search goes on as without it', (t) => {
  const own = training
    .replace('trial:\n', 'trial:\n      scaled: { kind: normalize, seed: 3, data: download }\n')
    .replace('data: normalize', 'data: scaled');
  const text = search('search: { random: { trials: 1 } }\n    epochs: 1', own);
  const project = makeProject(t, { 'p.yaml': text });
  assert.match(
    project.pipe('validate', 'p.yaml').err,
    /warning nothing-to-do: `seed` decides nothing in `scaled`/,
  );
  assert.equal(project.run('p.yaml', '--engine', 'wasm').tune, 'ran');
});

test('a dimension that no stage takes is a warning', (t) => {
  const text = search(
    'search: { random: { trials: 3 } }\n    epochs: 1',
    training.replace('space: {', 'space: { spare: { int: [1, 2] },'),
  );
  const { pipe } = makeProject(t, { 'p.yaml': text });
  const { code, err } = pipe('validate', 'p.yaml');
  assert.equal(code, 0, err);
  assert.match(err, /p\.yaml:14:\d+ warning unused-var: no stage of the trial takes `\$\{trial\.spare\}`/);
});
