import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halving, rungsOf } from '../../src/tune/halving.ts';
import { bracketsOf, hyperband } from '../../src/tune/hyperband.ts';
import type { Ask, Oracle } from '../../src/tune/oracle.ts';
import { randomPoints } from '../../src/tune/random-search.ts';
import { readSpace } from '../../src/tune/space.ts';

const space = readSpace({ x: { float: [0, 1] } });
const rule = { factor: 3, minEpochs: 1, epochs: 9, seed: 5 };

/** All that is asked for, when each trial's score is its x. */
function asksOf(oracle: Oracle): Ask[] {
  const asks: Ask[] = [];
  for (let ask = oracle.next(); ask !== 'done'; ask = oracle.next()) {
    assert(typeof ask === 'object');
    asks.push(ask);
    oracle.tell({ trial: ask.trial, score: Number(ask.point.x), epochs: ask.epochs });
  }
  return asks;
}

const bestOf = (asks: readonly Ask[], count: number): number[] =>
  asks
    .toSorted((a, b) => Number(a.point.x) - Number(b.point.x))
    .slice(0, count)
    .map(({ trial }) => trial)
    .sort((a, b) => a - b);

test('successive halving: all begin, a third goes on with three times the epochs, the best to the end', () => {
  const asks = asksOf(halving(space, { trials: 9, ...rule }));
  const at = (epochs: number): Ask[] => asks.filter((ask) => ask.epochs === epochs);
  assert.deepEqual(
    at(1).map(({ trial, point }) => ({ trial, point })),
    randomPoints(space, 9, 5).map((point, i) => ({ trial: i + 1, point })),
  );
  assert.deepEqual(
    at(3)
      .map(({ trial }) => trial)
      .sort(),
    bestOf(at(1), 3),
  );
  assert.deepEqual(
    at(9).map(({ trial }) => trial),
    bestOf(at(1), 1),
  );
  assert.equal(asks.length, 13);
});

test('hyperband over a small space trains at least one to the end in each bracket', () => {
  for (const count of [2, 4, 8, 16]) {
    const few = readSpace({ x: { int: [1, count] } });
    const oracle = hyperband(few, { ...rule, epochs: 27, brackets: null });
    const asks = asksOf(oracle);
    assert.equal(Math.max(...asks.map(({ epochs }) => epochs)), 27, `${count} points`);
    assert.equal(new Set(asks.map(({ trial }) => trial)).size, count);
  }
});

test('a rung waits for the one before, a failed trial never goes on, of equals the earlier does', () => {
  const oracle = halving(space, { trials: 4, factor: 2, minEpochs: 1, epochs: 2, seed: 5 });
  for (let i = 0; i < 4; i++) oracle.next();
  assert.equal(oracle.next(), 'wait');
  for (const trial of [4, 3, 2]) oracle.tell({ trial, score: 1, epochs: 1 });
  assert.equal(oracle.next(), 'wait');
  oracle.tell({ trial: 1, score: null, epochs: 1 });
  const promoted = [oracle.next(), oracle.next()].map((ask) => (typeof ask === 'object' ? ask.trial : ask));
  assert.deepEqual(promoted, [2, 3]);
  assert.equal(oracle.next(), 'wait');
});

test('rungs reach all epochs and begin no lower than asked', () => {
  assert.deepEqual(rungsOf(27, { factor: 3, minEpochs: 1, epochs: 27 }), [1, 3, 9, 27]);
  assert.deepEqual(rungsOf(27, { factor: 3, minEpochs: 2, epochs: 10 }), [3, 10]);
  assert.deepEqual(rungsOf(4, { factor: 3, minEpochs: 1, epochs: 100 }), [33, 100]);
  assert.deepEqual(rungsOf(243, { factor: 3, minEpochs: 1, epochs: 243 }), [1, 3, 9, 27, 81, 243]);
  assert.deepEqual(rungsOf(2, { factor: 3, minEpochs: 1, epochs: 5 }), [5]);
});

test('Hyperband has the brackets of its paper’s algorithm for R = 81 and η = 3', () => {
  const brackets = bracketsOf({ factor: 3, minEpochs: 1, brackets: null, epochs: 81 });
  assert.deepEqual(
    brackets.map(({ trials, rungs }) => [trials, rungs[0]]),
    [
      [81, 1],
      [34, 3],
      [15, 9],
      [8, 27],
      [5, 81],
    ],
  );
  assert.deepEqual(bracketsOf({ factor: 3, minEpochs: 1, brackets: 2, epochs: 81 }), brackets.slice(0, 2));
});

test('Hyperband’s brackets are halvings of trials numbered one after the other', () => {
  const asks = asksOf(hyperband(space, { ...rule, brackets: null }));
  const first = asks.filter(({ trial }) => trial <= 9);
  assert.deepEqual(first, asksOf(halving(space, { trials: 9, ...rule })));
  assert.equal(new Set(asks.map(({ trial }) => trial)).size, 9 + 5 + 3);
  assert.deepEqual(
    asks.filter(({ trial }) => trial > 14).map(({ epochs }) => epochs),
    [9, 9, 9],
  );
});
