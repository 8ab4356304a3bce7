import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Stages } from '../../src/generated/types.ts';
import { assemble } from '../../src/nn/assemble.ts';
import type { Tf } from '../../src/nn/engine.ts';
import { forward } from '../../src/nn/forward.ts';
import { makeNetwork, type Network, outputShape } from '../../src/nn/graph.ts';
import { engines } from './engines.ts';

type Layers = Stages['build']['layers'];

const conv = {
  kernelSize: 3,
  strides: 1,
  padding: 'same',
  activation: 'linear',
  useBias: true,
} as const;
const dense = { activation: 'linear', useBias: true } as const;

const built = (layers: Layers, input: [number, number, number] = [4, 4, 2]): Network =>
  assemble({ input, width: 1, layers }, () => null).network;

const block: Layers = [
  {
    residual: {
      layers: [{ conv2d: { ...conv, filters: 3, strides: 2 } }],
      shortcut: [{ conv2d: { ...conv, filters: 3, strides: 2, kernelSize: 1 } }],
      activation: 'relu',
    },
  },
  { concatenate: { branches: [[], [{ conv2d: { ...conv, filters: 2 } }]] } },
];

test('a residual block is its layers, its shortcut, their sum and an activation', () => {
  const network = built(block);
  assert.deepEqual(
    network.layers.map(({ name, from, output }) => [name, from, output]),
    [
      ['conv2d_1', [-1], [2, 2, 3]],
      ['conv2d_2', [-1], [2, 2, 3]],
      ['add_1', [0, 1], [2, 2, 3]],
      ['activation_1', [2], [2, 2, 3]],
      ['conv2d_3', [3], [2, 2, 2]],
      ['concatenate_1', [3, 4], [2, 2, 5]],
    ],
  );
});

for (const engine of engines)
  test(`${engine.name}: the gradients through branches agree with numerical ones`, {
    skip: engine.skip,
  }, async () => {
    const tf = await engine.open();
    const network = built([...block, { flatten: {} }, { dense: { ...dense, units: 2 } }]);
    const wave = (shape: readonly number[], phase: number): Tensor =>
      tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + phase)),
        [...shape],
      );
    const weights = network.layers
      .flatMap((layer) => layer.weights)
      .map((spec, i) => tf.variable(wave(spec.shape, i)));
    const x = wave([2, ...network.input], 9);
    const loss = (): Scalar =>
      tf.reshape(tf.sum(forward(tf, network, weights, x, { precision: 'float32', training: null })), []);
    const { grads } = tf.variableGrads(loss, weights);
    for (const weight of weights) {
      const found = (await grads[weight.name]?.data())?.[0] ?? Number.NaN;
      const numerical = await slope(tf, weight, loss);
      assert.ok(
        Math.abs(numerical - found) <= 0.02 * Math.max(1, Math.abs(numerical)),
        `${found} ${numerical}`,
      );
    }
  });

async function slope(tf: Tf, variable: Variable, loss: () => Scalar): Promise<number> {
  const values = Float32Array.from(await variable.data());
  const at = async (by: number): Promise<number> => {
    const moved = values.map((value, i) => (i === 0 ? value + by : value));
    const made = tf.tidy(() => {
      variable.assign(tf.tensor(moved, variable.shape));
      return loss();
    });
    return (await made.data())[0] ?? Number.NaN;
  };
  const numerical = ((await at(0.005)) - (await at(-0.005))) / 0.01;
  await at(0);
  return numerical;
}

test('a network is taken into another up to a named layer, with its names', () => {
  const base = makeNetwork(
    [4, 4, 2],
    [
      { kind: 'conv2d', config: { ...conv, filters: 3 }, from: [-1], called: 'stem' },
      { kind: 'globalAveragePooling2d', config: {}, from: [0], called: 'pool' },
      { kind: 'dense', config: { ...dense, units: 9 }, from: [1], called: 'old_head' },
    ],
  );
  const { network, origins } = assemble(
    { width: 1, layers: [{ model: { of: 'base', until: 'pool' } }, { dense: { ...dense, units: 2 } }] },
    () => base,
  );
  assert.deepEqual(network.input, [4, 4, 2]);
  assert.deepEqual(
    network.layers.map(({ name }) => name),
    ['stem', 'pool', 'dense_1'],
  );
  assert.deepEqual(outputShape(network), [2]);
  assert.deepEqual(origins, [
    { model: 'layers.0.model', layer: 0 },
    { model: 'layers.0.model', layer: 1 },
    null,
  ]);
});

test('branches that do not fit are refused with both shapes and what would fit', () => {
  assert.throws(
    () =>
      built([
        { residual: { layers: [{ conv2d: { ...conv, filters: 3 } }], shortcut: [], activation: 'linear' } },
      ]),
    /adds \[4, 4, 3\] and \[4, 4, 2\], which differ/,
  );
});

test('a layer that the model lacks is refused with the likely one', () => {
  const base = built([{ conv2d: { ...conv, filters: 1, name: 'stem' } }]);
  assert.throws(
    () => assemble({ width: 1, layers: [{ model: { of: 'base', until: 'stm' } }] }, () => base),
    (error: { message: string; fix: string }) =>
      error.message.includes('`stm`') && error.fix.includes('`stem`'),
  );
});

test('a width scales all that a sum puts together, and leaves alone the layer that gives the classes', () => {
  const filters = (layers: Layers): unknown[] =>
    assemble({ input: [8, 8, 3], width: 0.5, layers }, () => null).network.layers.flatMap((layer) =>
      layer.kind === 'conv2d' ? [layer.config.filters] : layer.kind === 'dense' ? [layer.config.units] : [],
    );
  const sum: Layers = [
    { conv2d: { ...conv, filters: 8, padding: 'same' } },
    {
      residual: {
        layers: [{ conv2d: { ...conv, filters: 8, padding: 'same' } }],
        shortcut: [],
        activation: 'relu',
      },
    },
    { globalAveragePooling2d: {} },
  ];
  assert.deepEqual(filters(sum), [4, 4]);
  assert.deepEqual(filters([...sum, { dense: { ...dense, units: 10 } }]), [4, 4, 10]);
});
