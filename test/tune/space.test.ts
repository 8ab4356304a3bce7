import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridSearch } from '../../src/tune/grid-search.ts';
import { randomPoints } from '../../src/tune/random-search.ts';
import { corners, type Point, readSpace, sizeOf } from '../../src/tune/space.ts';
import { tpe } from '../../src/tune/tpe.ts';

const conditional = readSpace({
  decay: { choice: [true, false], when: { momentum: [0.9, 0.99] } },
  momentum: { choice: [0, 0.9, 0.99], when: { optimizer: 'rmsprop' } },
  optimizer: { choice: ['adam', 'rmsprop'] },
});

const grid = (space: Parameters<typeof gridSearch>[0], values = 3): Point[] => {
  const oracle = gridSearch(space, { values, epochs: 1 });
  return Array.from({ length: oracle.trials ?? 0 }, () => oracle.next()).flatMap((ask) =>
    typeof ask === 'object' ? [ask.point] : [],
  );
};

test('a dimension is there only where its condition holds, through several', () => {
  for (const point of randomPoints(conditional, 100, 1)) {
    assert.equal('momentum' in point, point.optimizer === 'rmsprop');
    assert.equal('decay' in point, point.momentum === 0.9 || point.momentum === 0.99);
  }
});

test('a conditional space is counted and walked as what it really holds', () => {
  const points = [
    { optimizer: 'adam' },
    { momentum: 0, optimizer: 'rmsprop' },
    { decay: true, momentum: 0.9, optimizer: 'rmsprop' },
    { decay: false, momentum: 0.9, optimizer: 'rmsprop' },
    { decay: true, momentum: 0.99, optimizer: 'rmsprop' },
    { decay: false, momentum: 0.99, optimizer: 'rmsprop' },
  ];
  assert.equal(sizeOf(conditional), 6);
  assert.deepEqual(grid(conditional), points);
  const drawn = randomPoints(conditional, 100, 3);
  assert.equal(drawn.length, 6);
  assert.deepEqual(
    new Set(drawn.map((point) => JSON.stringify(point))),
    new Set(points.map((p) => JSON.stringify(p))),
  );
});

test('a grid takes every step, and a range without steps at its ends and evenly between', () => {
  const space = readSpace({
    dropout: { float: [0.1, 0.3], step: 0.1 },
    rate: { float: [1e-4, 1e-2], log: true },
    units: { int: [8, 10] },
  });
  const points = grid(space);
  assert.equal(points.length, 27);
  assert.deepEqual([...new Set(points.map(({ rate }) => rate))], [1e-4, 1e-3, 1e-2]);
  assert.deepEqual([...new Set(points.map(({ dropout }) => dropout))], [0.1, 0.2, 0.3]);
  assert.deepEqual([...new Set(points.map(({ units }) => units))], [8, 9, 10]);
});

test('a space too large to be listed is counted and drawn from', () => {
  for (const range of [
    { int: [0, 4_294_967_295] },
    { int: [1, 1e9] },
    { int: [1, 99_999_999], log: true },
    { float: [0, 1], step: 1e-9 },
  ]) {
    const space = readSpace({ x: range, y: { choice: ['a', 'b'], when: { x: [1] } } });
    assert.equal(sizeOf(space, 20), 20);
    assert.equal(randomPoints(space, 20, 1).length, 20);
    const oracle = tpe(space, { trials: 9, startup: 9, candidates: 9, parallel: 1, epochs: 1, seed: 1 });
    assert.equal(oracle.trials, 9);
  }
});

test('the corners are values of the space: the last step, where none hits the upper end', () => {
  const space = readSpace({ b: { int: [8, 100], step: 5 } });
  assert.deepEqual(corners(space), [{ b: 8 }, { b: 98 }]);
});

test('the corners show every choice, every value of a range with few and both ends of the others, with what they depend on', () => {
  const points = corners(conditional);
  assert(points.some((point) => point.optimizer === 'adam'));
  assert(points.some((point) => point.momentum === 0.99));
  assert(points.some((point) => point.decay === false && point.optimizer === 'rmsprop'));
  assert.deepEqual(corners(readSpace({ a: { int: [1, 99] }, b: { float: [0, 1] } })), [
    { a: 1, b: 0 },
    { a: 99, b: 0 },
    { a: 1, b: 1 },
  ]);
  assert.deepEqual(corners(readSpace({ a: { float: [0.1, 0.5], step: 0.2 } })), [
    { a: 0.1 },
    { a: 0.3 },
    { a: 0.5 },
  ]);
});
