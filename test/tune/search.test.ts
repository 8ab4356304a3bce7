import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridSearch } from '../../src/tune/grid-search.ts';
import { halving } from '../../src/tune/halving.ts';
import { hyperband } from '../../src/tune/hyperband.ts';
import { isPruned } from '../../src/tune/median-rule.ts';
import type { Oracle } from '../../src/tune/oracle.ts';
import { randomSearch } from '../../src/tune/random-search.ts';
import { type Judge, runSearch, type Searched, type SearchOptions } from '../../src/tune/search.ts';
import { readSpace } from '../../src/tune/space.ts';
import { tpe } from '../../src/tune/tpe.ts';
import { bestOf, meanOf } from '../../src/tune/trials.ts';

const space = readSpace({ x: { float: [0, 1] }, y: { int: [1, 4] } });
const common = { epochs: 9, seed: 3 };
const parallel = 3;
const oracles: { [name: string]: () => Oracle } = {
  grid: () => gridSearch(space, { values: 5, epochs: 9 }),
  random: () => randomSearch(space, { trials: 14, ...common }),
  tpe: () => tpe(space, { trials: 20, startup: 5, candidates: 24, parallel, ...common }),
  halving: () => halving(space, { trials: 9, factor: 3, minEpochs: 1, ...common }),
  hyperband: () => hyperband(space, { factor: 3, minEpochs: 1, brackets: null, ...common }),
};

/** A training that gets better with its epochs, ends whenever it likes, and fails for some points. */
const judge: Judge<number> = async ({ point, epochs, execution }) => {
  await new Promise((done) => setTimeout(done, Math.random() * 4));
  const x = Number(point.x);
  if (x > 0.9) return { type: 'failed', reason: `x is ${x}` };
  const curve = Array.from(
    { length: epochs },
    (_, i) => (1 - x) * Number(point.y) + 0.1 * i + 0.01 * execution,
  );
  return { type: 'judged', objective: curve.at(-1) ?? 0, curve, own: execution };
};

function search(
  oracle: Oracle,
  more: Partial<SearchOptions<number>> = {},
  by = judge,
): Promise<Searched<number>> {
  return runSearch(oracle, by, {
    better: 1,
    executions: 1,
    maxFailures: 20,
    prune: null,
    parallel,
    atOnce: 1,
    ...more,
  });
}

for (const [name, make] of Object.entries(oracles)) {
  test(`${name}: the trials and the winner are the same whatever number runs at a time`, async () => {
    const alone = await search(make(), { executions: 2 });
    assert.equal(alone.outcome, 'done');
    assert(alone.trials.length > 4);
    for (const atOnce of [2, 3, 9]) assert.deepEqual(await search(make(), { executions: 2, atOnce }), alone);
  });
}

test('pruning, too, decides the same whatever number runs at a time', async () => {
  const prune = { startup: 2, warmup: 2, every: 3 };
  const make = oracles.random;
  assert(make);
  const alone = await search(make(), { prune });
  const pruned = alone.trials.filter(({ status }) => status === 'pruned');
  assert(pruned.length > 0);
  for (const trial of pruned) {
    assert([2, 5, 8].includes(trial.budget));
    assert.equal(trial.reason, `after epoch ${trial.budget} worse than the median of those before`);
  }
  assert.notEqual(bestOf(alone.trials, 1)?.status, 'pruned');
  for (const atOnce of [2, 3, 9]) assert.deepEqual(await search(make(), { prune, atOnce }), alone);
});

test('a trial that stopped early is not behind those that went on for longer, with pruning as without', async () => {
  const points = oracles.grid;
  assert(points);
  // The first trial reaches its best at once and stops by itself.
  const stops: Judge<number> = async ({ trial, epochs, execution }) => {
    const curve = Array.from({ length: trial === 1 ? Math.min(epochs, 4) : epochs }, () =>
      trial === 1 ? 0.9 : 0.8,
    );
    return { type: 'judged', objective: curve.at(-1) ?? 0, curve, own: execution };
  };
  for (const prune of [null, { startup: 2, warmup: 1, every: 2 }]) {
    const { trials } = await search(points(), { prune }, stops);
    assert.equal(bestOf(trials, 1)?.trial, 1);
  }
});

test('the median rule: the best so far against the median of the others’ averages up to there', () => {
  const rule = { startup: 3, warmup: 1, every: 1 };
  const others = [
    [4, 2, 0],
    [6, 4, 0],
    [9, 9, 0],
  ];
  assert.equal(isPruned(rule, [9, 5.1], others), true);
  assert.equal(isPruned(rule, [9, 5], others), false);
  assert.equal(isPruned(rule, [5, 9], others), false);
  assert.equal(isPruned(rule, [9, 9], others.slice(1)), false);
});

test('a failed trial is kept with its reason and the search goes on, but not for ever', async () => {
  const fails: Judge<number> = async ({ trial }) =>
    trial % 2 === 0
      ? { type: 'failed', reason: `no. ${trial}` }
      : { type: 'judged', objective: trial, curve: [trial], own: 0 };
  const random = (): Oracle => randomSearch(space, { trials: 6, ...common });
  const kept = await search(random(), { maxFailures: 3 }, fails);
  assert.equal(kept.outcome, 'done');
  assert.deepEqual(
    kept.trials.map(({ reason, objective }) => reason ?? objective),
    [1, 'no. 2', 3, 'no. 4', 5, 'no. 6'],
  );
  const ended = await search(random(), { maxFailures: 1 }, fails);
  assert.equal(ended.outcome, 'too-many-failures');
  assert.equal(ended.trials.length, 4);
});

test('several executions are judged by their mean, and its error is told', async () => {
  const { trials } = await search(randomSearch(space, { trials: 1, ...common }), { executions: 3 });
  const objectives = trials[0]?.executions.map(({ objective }) => objective) ?? [];
  assert.equal(objectives.length, 3);
  assert.equal(trials[0]?.objective, meanOf(objectives).mean);
  // A deviation of √2, over √2.
  assert.deepEqual(meanOf([1, 3]), { mean: 2, error: 1 });
  assert.deepEqual(meanOf([5]), { mean: 5, error: null });
});

test('what halving left behind is stopped, and the winner is one of those with all epochs', async () => {
  const make = oracles.halving;
  assert(make);
  const { trials } = await search(make());
  const winner = bestOf(trials, 1);
  assert.equal(winner?.status, 'finished');
  assert.equal(winner?.budget, 9);
  assert.deepEqual(
    winner?.rungs.map(({ epochs }) => epochs),
    [1, 3, 9],
  );
  assert.equal(
    trials.filter(({ status }) => status === 'stopped').length,
    trials.length - 1 - failed(trials),
  );
});

test('an interrupt ends the search without a result', async () => {
  const stops: Judge<number> = async ({ trial }) =>
    trial === 3 ? { type: 'interrupted' } : { type: 'judged', objective: 1, curve: [1], own: 0 };
  const { outcome } = await search(randomSearch(space, { trials: 6, ...common }), {}, stops);
  assert.equal(outcome, 'interrupted');
});

const failed = (trials: Searched<number>['trials']): number =>
  trials.filter(({ status }) => status === 'failed').length;
