import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf, trainingCost, validationBatch } from '../../src/nn/cost.ts';
import { freezeLayers } from '../../src/nn/freeze.ts';
import { inSequence, makeNetwork } from '../../src/nn/graph.ts';

const network = makeNetwork(
  [8, 8, 3],
  inSequence([
    {
      kind: 'conv2d',
      config: {
        filters: 16,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        useBias: true,
        name: 'first',
      },
    },
    {
      kind: 'depthwiseConv2d',
      config: { kernelSize: 3, strides: 1, padding: 'same', activation: 'linear', useBias: false },
    },
    { kind: 'globalAveragePooling2d', config: {} },
    { kind: 'dense', config: { units: 10, activation: 'softmax', useBias: true } },
  ]),
);

test('parameters, multiply-adds and outputs of a network are those that one counts by hand', () => {
  assert.deepEqual(costOf(network), {
    parameters: (27 + 1) * 16 + 9 * 16 + (16 + 1) * 10,
    multiplyAdds: 16 * (27 * 16) + 16 * (9 * 16) + 16 * 10,
    activations: 256 + 256 + 16 + 10,
  });
});

test('a training goes forward through all layers and back to the first that learns', () => {
  const one = { batchSize: 1, examples: 1, validation: 0, slots: 0 };
  const all = costOf(network).multiplyAdds;
  assert.equal(trainingCost(network, one).multiplyAdds, 3 * all);
  const frozen = freezeLayers(network, { freeze: ['first'] });
  assert.equal(trainingCost(frozen, one).multiplyAdds, all + 2 * (16 * (9 * 16) + 16 * 10));
});

test('what is frozen takes no gradient, no state of the optimizer, and what leads to it is not kept', () => {
  const frozen = freezeLayers(network, { freeze: ['first'] });
  const memory = (of: typeof network, slots: number): number =>
    trainingCost(of, { batchSize: 1, examples: 1, validation: 0, slots }).memory;
  assert.equal(memory(frozen, 2) - memory(frozen, 0), 2 * (9 * 16 + 17 * 10) * 4);
  assert.equal(memory(network, 0) - memory(frozen, 0), 4 * (28 * 16 + 3 * 256));
});

test('a larger batch takes memory and no more work, more epochs take work and no more memory', () => {
  const of = (batchSize: number, examples: number): ReturnType<typeof trainingCost> =>
    trainingCost(network, { batchSize, examples, validation: 0, slots: 1 });
  assert.ok(of(64, 100).memory > of(32, 100).memory);
  assert.equal(of(64, 100).multiplyAdds, of(32, 100).multiplyAdds);
  assert.equal(of(64, 200).memory, of(64, 100).memory);
  assert.equal(of(64, 200).multiplyAdds, 2 * of(64, 100).multiplyAdds);
});

test('validation takes as many rows at once as memory holds, and never fewer than a training batch', () => {
  assert.equal(validationBatch(network, 4), 256);
  const large = makeNetwork(
    [1024, 1024, 3],
    inSequence([
      {
        kind: 'conv2d',
        config: { filters: 8, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu', useBias: true },
      },
      { kind: 'globalAveragePooling2d', config: {} },
    ]),
  );
  // 8 million numbers of 4 bytes a row.
  assert.equal(validationBatch(large, 4), 29);
  assert.equal(validationBatch(large, 64), 64);
});
