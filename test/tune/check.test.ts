import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../src/stages/kind.ts';
import { kindNamed } from '../../src/stages/registry.ts';

const found = kindNamed('tune');
assert(found);
const tune = found;

function messages(
  space: Json,
  objective: Json = { maximize: 'valAccuracy' },
  more: JsonObject = {},
): string[] {
  const at: Parameters<typeof tune.check>[0]['at'] = (path, what) => ({
    severity: 'error',
    ...what,
    message: `${path}: ${what.message}`,
  });
  return tune
    .check({
      params: { search: { random: { trials: 3 } }, epochs: 4, ...more, space, objective },
      inputs: {},
      at,
    })
    .diagnostics.map((one) => [one.message, one.fix].filter(Boolean).join(' '));
}

const wrong: [Json, string, at?: string][] = [
  [{ int: [8, 2] }, 'runs from 8 to 2: the first must be the smaller', 'int'],
  [{ float: [0.5, 0.5] }, 'runs from 0.5 to 0.5: the first must be the smaller', 'float'],
  [{ float: [0, 1], log: true }, 'is logarithmic from 0: that needs numbers above 0', 'float'],
  [
    { float: [1, 9], log: true, step: 2 },
    'has both log and step: only one of them can space its values',
    'step',
  ],
  [{ int: [1, 9], step: 0.5 }, 'is an int with a step of 0.5: that must be whole', 'step'],
  [{ int: [1, 9], step: 9 }, "runs from 1 to 9: a step of 9 doesn't fit", 'step'],
  [{ choice: [1, 2], step: 1 }, 'is a choice, which has no step'],
  [{ int: [1, 2], choice: [1, 2] }, 'needs one of int, float, choice; it has int and choice'],
  [{ step: 1 }, 'needs one of int, float, choice; it has none'],
];
for (const [dimension, message, at] of wrong) {
  test(`a dimension ${JSON.stringify(dimension)} is refused at its place`, () => {
    assert.deepEqual(messages({ fine: { int: [1, 2] }, x: dimension }), [
      `${['space.x', at].filter(Boolean).join('.')}: \`x\` ${message}`,
    ]);
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

const optimizer = { choice: ['adam', 'rmsprop'] };
const conditions: [string, JsonObject, string][] = [
  [
    'x',
    { optimzer: 'adam' },
    'space.x.when: `optimzer` is no dimension of the space did you mean `optimizer`?',
  ],
  ['x', { optimizer: 'adm' }, 'space.x.when.optimizer: `optimizer` is never adm did you mean `adam`?'],
  ['x', { optimizer: ['adam', 3] }, 'space.x.when.optimizer: `optimizer` is never 3 it may be adam, rmsprop'],
  [
    'x',
    { rate: 0.5 },
    'space.x.when.rate: `rate` is a continuous range: it never has exactly one of these values',
  ],
  ['x', { x: 1 }, "space.x.when: `x` depends on itself: x can't be known before it"],
];
for (const [name, when, message] of conditions) {
  test(`a condition ${JSON.stringify(when)} that can never hold is refused at its place`, () => {
    const space = { optimizer, rate: { float: [0, 1] }, [name]: { int: [1, 2], when } };
    assert.deepEqual(messages(space), [message]);
  });
}

test('a condition on a range that is too large to be listed is checked like any other', () => {
  const space = (x: Json): Json => ({
    seed: { int: [0, 4_294_967_295] },
    y: { int: [1, 2], when: { seed: x } },
  });
  assert.deepEqual(messages(space(4_294_967_295)), []);
  assert.deepEqual(messages(space(-7.5)), [
    'space.y.when.seed: `seed` is never -7.5 it may be 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11',
  ]);
});

test('a grid that nobody waits for is refused, random draws of the same space are not', () => {
  const space = { x: { int: [1, 1000] }, y: { int: [1, 100] } };
  const grid = (dimensions: Json, values = 3): string[] =>
    messages(dimensions, undefined, { search: { grid: { values } } });
  const told = [
    'search.grid: the grid has more than 100000 points give ranges that are not logarithmic a `step` or take a larger one, or search by `random` or `tpe`',
  ];
  assert.deepEqual(grid(space), []);
  assert.deepEqual(grid({ ...space, z: { choice: [1, 2] } }), told);
  assert.deepEqual(grid({ x: { int: [0, 4_294_967_295] } }), told);
  assert.deepEqual(grid({ x: { float: [0, 1] } }, 1e9), told);
  assert.deepEqual(messages({ x: { int: [0, 4_294_967_295] } }), []);
});

test('a condition on steps, on several values and on several dimensions is right', () => {
  const space = {
    optimizer,
    rate: { float: [0.1, 0.3], step: 0.1 },
    x: { int: [1, 2], when: { optimizer: ['adam', 'rmsprop'], rate: 0.3 } },
  };
  assert.deepEqual(messages(space), []);
});

test('halving that could never compare, and pruning that could never prune, are refused', () => {
  const space = { x: { int: [1, 2] } };
  const more = (params: JsonObject): string[] => messages(space, { maximize: 'loss' }, params);
  assert.deepEqual(more({ search: { halving: { trials: 9, factor: 3, minEpochs: 5 } } }), [
    'search.halving.minEpochs: the first comparison comes after 5 epochs, the search has 4 lower minEpochs, or raise epochs',
  ]);
  const median = { startup: 2, warmup: 4, every: 1 };
  assert.deepEqual(more({ prune: { median } }), [
    'prune.median.warmup: it is first asked after 4 epochs, the search has 4 lower warmup, or raise epochs',
  ]);
  assert.deepEqual(
    more({ search: { hyperband: { factor: 3, minEpochs: 1 } }, prune: { median: { ...median, warmup: 1 } } }),
    ['prune: hyperband already ends trials that will not win remove `prune`'],
  );
});

test('a choice with the defaults of its schema filled in is right', () => {
  assert.deepEqual(messages({ x: { choice: [true, false], log: false } }), []);
});
