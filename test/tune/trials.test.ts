// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame, search, searchProject, training, trialsOf } from './rig.ts';

const choice = (rates: string): string =>
  training.replace('{ float: [1.0e-3, 1.0e-1], log: true }', `{ choice: [${rates}] }`);

const twoTrainings = `
    space: { learningRate: { choice: [1.0e-3, 1.0e+38] } }
    trial:
      before: { kind: train, model: build, data: normalize, epochs: 2, batchSize: 16, optimizer: { adam: { learningRate: "\${trial.learningRate}" } } }
      train: { model: before.trained, data: normalize, batchSize: 16 }
`;

test('of a trial with two trainings the epochs of the judged one count, and the failure of either is remembered', (t) => {
  const project = searchProject(t);
  const text = search('search: { grid: {} }\n    epochs: 1', twoTrainings);
  const first = project.search(text);
  assert.deepEqual(first.epochs, { trained: 1, budgeted: 2, anew: 1 });
  assert.match(first.trials[1]?.reason ?? '', /^the loss became NaN in epoch 1/);
  const again = project.search(text.replace('epochs: 1', 'epochs: 2'));
  const begun = again.events.flatMap((event) => (event.type === 'stage-start' ? [event.stage] : []));
  assert.ok(!begun.includes('before'), begun.join());
  assert.equal(again.trials[1]?.reason, first.trials[1]?.reason);
});

test('a trial whose loss becomes NaN is kept with its reason, and never trained again', (t) => {
  const project = searchProject(t);
  const two = project.search(search('search: { grid: {} }\n    epochs: 1', choice('0.01, 1.0e+38')));
  assert.deepEqual(
    two.trials.map(({ status }) => status),
    ['finished', 'failed'],
  );
  assert.match(two.trials[1]?.reason ?? '', /^the loss became NaN in epoch 1, step \d$/);
  assert.equal(two.best, 1);
  const three = project.search(search('search: { grid: {} }\n    epochs: 1', choice('0.01, 1.0e+38, 0.02')));
  assert.equal(three.now, 1);
  assert.deepEqual(three.trials[1]?.reason, two.trials[1]?.reason);
  project.write(
    'p.yaml',
    search('search: { grid: {} }\n    maxFailures: 0\n    epochs: 1', choice('0.01, 1.0e+38')),
  );
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(
    err,
    /too-many-failures: 1 trials of `tune` failed, more than maxFailures \(0\)\. trial 2: the loss became NaN/,
  );
});

test('executions have a seed each, and their mean ranks the trials', (t) => {
  const { search: run } = searchProject(t);
  const found = run(
    `${frame}  tune:
    objective: { minimize: valLoss }
    search: { grid: {} }
    epochs: 1
    executions: 2
    space: { learningRate: { choice: [0.01, 0.03] } }
    trial:
      build: { input: [32, 32, 3], layers: [{ globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } }] }
      train: { model: build, data: normalize, batchSize: 16, optimizer: { adam: { learningRate: "\${trial.learningRate}" } } }
`,
  );
  for (const { executions, objective, error } of found.trials) {
    assert.deepEqual(
      executions.map(({ seed }) => seed),
      [7, 8],
    );
    const [a = 0, b = 0] = executions.map((one) => one.objective);
    assert.notEqual(a, b);
    assert.equal(objective, (a + b) / 2);
    assert(Math.abs((error ?? 0) - Math.abs(a - b) / 2) < 1e-12);
  }
});

test('a condition decides what a trial has: its keys, too, and what follows the search', (t) => {
  const project = searchProject(t);
  const found = project.search(
    `${frame}  tune:
    objective: { minimize: valLoss }
    search: { grid: {} }
    epochs: 1
    space:
      optimizer: { choice: [adam, rmsprop] }
      momentum: { choice: [0.5, 0.9], when: { optimizer: rmsprop } }
    trial:
      train: { model: build, data: normalize, batchSize: 16, optimizer: { "\${trial.optimizer}": { momentum: "\${trial.momentum}" } } }
  after: { kind: train, model: build, data: normalize, epochs: 1, batchSize: 16,
    optimizer: { sgd: { momentum: "\${stages.tune.best.momentum}" } } }
`,
  );
  assert.deepEqual(
    found.trials.map(({ point }) => point),
    [{ optimizer: 'adam' }, { momentum: 0.5, optimizer: 'rmsprop' }, { momentum: 0.9, optimizer: 'rmsprop' }],
  );
  assert.equal(new Set(found.trials.map(({ objective }) => objective)).size, 3);
  const after = JSON.parse(project.read('cache/out/search/after/facts/facts.json'));
  assert.equal(after.params.optimizer.sgd.momentum, found.trials[found.best - 1]?.point.momentum ?? 0);
});

test('pruning ends what is worse than the median, and the trials stay the same with two at a time', (t) => {
  // Large rates make the loss large, and that is what is looked for here.
  const text = search(
    'search: { grid: {} }\n    epochs: 3\n    prune: { median: { startup: 2 } }',
    choice('0.9, 0.8, 1.0e-4, 1.0e-5'),
  ).replace('minimize: valLoss', 'maximize: loss');
  const found = searchProject(t).search(text);
  const pruned = found.trials.filter(({ status }) => status === 'pruned');
  assert(pruned.length > 0);
  assert(pruned.every(({ epochs }) => epochs.trained < 3));
  const alone = searchProject(t);
  alone.write('p.yaml', text);
  assert.equal(alone.pipe('run', 'p.yaml', '--jobs', '1').code, 0);
  assert.deepEqual(trialsOf(alone).trials, found.trials);
});

test('trials are all in the CSV, a column a dimension', (t) => {
  const project = searchProject(t);
  const { trials } = project.search(search('search: { grid: {} }\n    epochs: 1', choice('0.01, 0.02')));
  const [head, ...rows] = project.read('cache/out/search/tune/trials/trials.csv').trim().split('\n');
  assert.equal(head, 'trial,status,objective,error,epochs,learningRate,reason');
  assert.deepEqual(
    rows,
    trials.map(({ trial, objective, point }) => `${trial},finished,${objective},,1,${point.learningRate},`),
  );
});
