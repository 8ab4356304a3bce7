import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/stages/kind.ts';
import { tune } from '../../src/stages/tune/kind.ts';

function messages(space: Json, objective: Json = { maximize: 'valAccuracy' }): string[] {
  const at: Parameters<typeof tune.check>[0]['at'] = (path, what) => ({
    severity: 'error',
    ...what,
    message: `${path}: ${what.message}`,
  });
  return tune
    .check({ params: { space, objective }, inputs: {}, at })
    .diagnostics.map((one) => [one.message, one.fix].filter(Boolean).join(' '));
}

const wrong: [Json, string][] = [
  [{ int: [8, 2] }, 'runs from 8 to 2: the first must be the smaller'],
  [{ float: [0.5, 0.5] }, 'runs from 0.5 to 0.5: the first must be the smaller'],
  [{ float: [0, 1], log: true }, 'is logarithmic from 0: that needs numbers above 0'],
  [{ float: [1, 9], log: true, step: 2 }, 'has both log and step: only one of them can space its values'],
  [{ int: [1, 9], step: 0.5 }, 'is an int with a step of 0.5: that must be whole'],
  [{ int: [1, 9], step: 9 }, "runs from 1 to 9: a step of 9 doesn't fit"],
  [{ choice: [1, 2], step: 1 }, 'is a choice, which has no step'],
  [{ int: [1, 2], choice: [1, 2] }, 'needs one of int, float, choice; it has int and choice'],
  [{ step: 1 }, 'needs one of int, float, choice; it has none'],
];
for (const [dimension, message] of wrong) {
  test(`a dimension ${JSON.stringify(dimension)} is refused at its place`, () => {
    assert.deepEqual(messages({ fine: { int: [1, 2] }, x: dimension }), [`space.x: \`x\` ${message}`]);
  });
}

test('the notebook’s space is right, a step that ends short of the range too', () => {
  assert.deepEqual(
    messages({
      a: { int: [32, 128], step: 32 },
      b: { float: [0.1, 0.5], step: 0.1 },
      c: { float: [0.1, 0.3], step: 0.2 },
      d: { int: [1, 10], step: 4 },
    }),
    [],
  );
});

test('a name that the table of trials needs is refused', () => {
  assert.deepEqual(messages({ objective: { int: [1, 2] } }), [
    'space.objective: `objective` is the name of a column of the trials, not of a value',
  ]);
});

test('an objective that no training gives is refused with the likely one', () => {
  const expected =
    'objective.maximize: a training gives no `valAcuracy`, only accuracy, loss, valAccuracy, valLoss did you mean `valAccuracy`?';
  assert.deepEqual(messages({ x: { int: [1, 2] } }, { maximize: 'valAcuracy' }), [expected]);
  assert.deepEqual(messages({ x: { int: [1, 2] } }, { minimize: 'loss' }), []);
});

test('the winner’s values are declared with their types', () => {
  const space = { rate: { float: [0, 1] }, optimizer: { choice: ['adam', 'sgd'] } };
  assert.deepEqual(tune.values({ space }), {
    'best.optimizer': 'string',
    'best.rate': 'number',
    'best.objective': 'number',
  });
});
