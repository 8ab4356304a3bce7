// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search, searchProject, training } from './rig.ts';

const objectives = ({ trials }: { trials: readonly { objective: number | null }[] }): (number | null)[] =>
  trials.map(({ objective }) => objective);

test('halving goes on from the epochs that are there: none is trained twice, and the bytes are those of one go', (t) => {
  const split = searchProject(t);
  const halved = split.search(search('search: { halving: { trials: 4, factor: 2 } }\n    epochs: 2'));
  assert.deepEqual(halved.trials.map(({ status }) => status).sort(), [
    'finished',
    'finished',
    'stopped',
    'stopped',
  ]);
  assert.deepEqual(halved.epochs, { trained: 6, budgeted: 6, anew: 8 });
  assert.equal(halved.now, 6);
  const winner = halved.trials[halved.best - 1];
  const rate = String(winner?.point.learningRate);
  const whole = searchProject(t);
  const alone = whole.search(
    search(
      'search: { grid: {} }\n    epochs: 2',
      training.replace('{ float: [1.0e-3, 1.0e-1], log: true }', `{ choice: [${rate}] }`),
    ),
  );
  assert.equal(alone.now, 2);
  assert.equal(alone.trials[0]?.objective, winner?.objective);
  const bestTrained = 'cache/out/search/tune/bestTrained';
  assert.deepEqual(split.hashes(bestTrained), whole.hashes(bestTrained));
});

test('another search trains only what is new: more trials, a wider grid, another objective, another algorithm', (t) => {
  const { search: run } = searchProject(t);
  const three = run(search('search: { random: { trials: 3 } }\n    epochs: 2'));
  assert.equal(three.now, 6);
  const four = run(search('search: { random: { trials: 4 } }\n    epochs: 2'));
  assert.equal(four.now, 2);
  assert.deepEqual(objectives(four).slice(0, 3), objectives(three));
  const other = run(
    search('search: { random: { trials: 4 } }\n    epochs: 2').replace(
      'minimize: valLoss',
      'maximize: accuracy',
    ),
  );
  assert.equal(other.now, 0);
  // Its first rung takes its numbers from the longer trainings of the same points.
  const halved = run(search('search: { halving: { trials: 4, factor: 2 } }\n    epochs: 2'));
  assert.equal(halved.now, 0);
  const tpe = run(search('search: { tpe: { trials: 5, startup: 4 } }\n    epochs: 2'));
  assert.equal(tpe.now, 2);
  assert.deepEqual(objectives(tpe).slice(0, 4), objectives(four));
  const grid = (values: string): string =>
    search(
      'search: { grid: {} }\n    epochs: 1',
      training.replace('{ float: [1.0e-3, 1.0e-1], log: true }', `{ choice: [${values}] }`),
    );
  assert.equal(run(grid('0.01, 0.02')).now, 2);
  assert.equal(run(grid('0.01, 0.02, 0.03')).now, 1);
});

test('where a schedule stretches over all epochs, a rung is a training of its own, whatever the cache holds', (t) => {
  const cosine = training.replace('batchSize: 16,', 'batchSize: 16, schedule: { cosine: {} },');
  const halving = search('search: { halving: { trials: 2, factor: 2 } }\n    epochs: 2', cosine);
  const alone = searchProject(t);
  assert.deepEqual(alone.search(halving).epochs, { trained: 3, budgeted: 3, anew: 4 });
  const after = searchProject(t);
  after.search(search('search: { random: { trials: 2 } }\n    epochs: 2', cosine));
  after.search(halving);
  const out = 'cache/out/search/tune';
  assert.deepEqual(after.hashes(out), alone.hashes(out));
});

test('the winner, trained on in full, goes on from the epochs of its trial', (t) => {
  const full = `
  full:
    { kind: train, model: tune.bestModel, data: normalize, epochs: 3, batchSize: 16,
      optimizer: { adam: { learningRate: "\${stages.tune.best.learningRate}" } } }
`;
  const { search: run } = searchProject(t);
  const { events } = run(search('search: { random: { trials: 2 } }\n    epochs: 2') + full);
  const epochs = events.flatMap((event) =>
    event.type === 'stage-progress' && event.stage === 'full' ? [event.progress.done] : [],
  );
  assert(epochs.length > 0);
  assert(Math.min(...epochs) > 2, `it began at ${Math.min(...epochs)}`);
});
