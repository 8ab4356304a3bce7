import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomPoints } from '../../src/tune/random-search.ts';
import { type Point, readSpace, sizeOf, type Value } from '../../src/tune/space.ts';

const notebook = {
  filters: { int: [32, 128], step: 32 },
  dropout: { float: [0.1, 0.5], step: 0.1 },
  learningRate: { float: [1e-4, 1e-2], log: true },
  optimizer: { choice: ['adam', 'rmsprop'] },
};
const search = (space: Parameters<typeof readSpace>[0], trials: number, seed = 42): Point[] =>
  randomPoints(readSpace(space), trials, seed);
const values = (points: readonly Point[], name: string): (Value | undefined)[] =>
  points.map((point) => point[name]);
const sorted = (found: Iterable<Value | undefined>): unknown[] =>
  [...new Set(found)].sort((a, b) => Number(a) - Number(b));

test('the seed alone decides the points; more trials keep the earlier ones', () => {
  const points = search(notebook, 20);
  assert.equal(points.length, 20);
  assert.deepEqual(search(notebook, 20), points);
  assert.deepEqual(search(notebook, 50).slice(0, 20), points);
  assert.notDeepEqual(search(notebook, 20, 43), points);
});

test('neither the order of the space in the file nor another dimension changes a point', () => {
  const points = search(notebook, 20);
  const turned = Object.fromEntries(Object.entries(notebook).reverse());
  assert.equal(JSON.stringify(search(turned, 20)), JSON.stringify(points));
  const wider = search({ ...notebook, batch: { choice: [32, 64] } }, 20);
  assert.deepEqual(
    wider.map(({ batch, ...rest }) => rest),
    points,
  );
});

test('every step is drawn, exactly, and nothing beside them', () => {
  const points = search(notebook, 300);
  assert.deepEqual(sorted(values(points, 'filters')), [32, 64, 96, 128]);
  assert.deepEqual(sorted(values(points, 'dropout')), [0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.deepEqual(new Set(values(points, 'optimizer')), new Set(['adam', 'rmsprop']));
  assert.deepEqual(sorted(values(search({ x: { int: [1, 10], step: 4 } }, 3), 'x')), [1, 5, 9]);
});

test('a logarithmic range is even in its decades and keeps its bounds', () => {
  const rates = values(search({ rate: { float: [1e-4, 1e-2], log: true } }, 2000), 'rate').map(Number);
  assert(rates.every((rate) => rate >= 1e-4 && rate <= 1e-2));
  const low = rates.filter((rate) => rate < 1e-3).length / rates.length;
  // Four standard deviations of a share of 2,000 draws.
  assert(Math.abs(low - 0.5) < 4 * Math.sqrt(0.25 / 2000), `${low} of the draws are in the lower decade`);
  const units = sorted(values(search({ units: { int: [1, 8], log: true } }, 8), 'units'));
  assert.deepEqual(units, [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('points are distinct, and a finite space is searched to its end', () => {
  const grid = { a: { int: [1, 16] }, b: { int: [1, 8] } };
  assert.equal(sizeOf(readSpace(grid)), 128);
  for (const seed of [1, 2, 3, 4, 5]) {
    const points = search(grid, 1000, seed);
    assert.equal(new Set(points.map((point) => JSON.stringify(point))).size, points.length);
    assert.equal(points.length, 128);
  }
  assert.equal(search({ only: { choice: ['a', 'a'] } }, 5).length, 1);
});
