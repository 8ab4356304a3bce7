import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/data/random.ts';

test('the generator gives the known answers of Philox4x32-10', () => {
  const random = new Random(0, 0, 0, 0);
  assert.deepEqual(
    [0, 1, 2, 3].map(() => random.uint32().toString(16)),
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'],
  );
});

test('a permutation holds every number once', () => {
  assert.deepEqual(
    [...new Random(1, 2, 3, 4).permutation(100)].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
});
