import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonText } from '../../src/plan/reason.ts';

test('what comes in by one param is told together, cells of a stage by their number', () => {
  const input = (param: string, stage: string) => ({ type: 'input', param, stage }) as const;
  assert.equal(
    reasonText({
      type: 'changed',
      since: 'last',
      changes: [
        input('of', 'augment'),
        input('of', 'train[seed=1]'),
        input('of', 'train[seed=2]'),
        input('data', 'normalize'),
      ],
    }),
    'input `of` changed: augment, train (2 cells) give something else, input `data` changed: normalize gives something else',
  );
});
