import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../../src/nn/engine.ts';
import { forward } from '../../src/nn/forward.ts';
import { inSequence, type Layer, makeNetwork } from '../../src/nn/graph.ts';
import { engines } from './engines.ts';

const conv = {
  filters: 4,
  kernelSize: 3,
  strides: 1,
  padding: 'same',
  activation: 'linear',
  useBias: true,
} as const;
const dense = { units: 3, activation: 'linear', useBias: true } as const;

/** Each with its own input shape; the dense layer makes the loss see every output differently. */
const cases: {
  readonly says: string;
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
}[] = [
  { says: 'a convolution', input: [5, 6, 3], layers: [{ kind: 'conv2d', config: conv }] },
  {
    says: 'a convolution without padding',
    input: [5, 6, 3],
    layers: [{ kind: 'conv2d', config: { ...conv, padding: 'valid' } }],
  },
  {
    says: 'a convolution with strides',
    input: [7, 8, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, strides: 2 } }],
  },
  {
    says: 'a convolution with strides and no padding',
    input: [8, 7, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, strides: 2, padding: 'valid' } }],
  },
  {
    says: 'a convolution with an even kernel',
    input: [5, 5, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, kernelSize: 2 } }],
  },
  {
    says: 'a convolution of single pixels',
    input: [4, 4, 5],
    layers: [{ kind: 'conv2d', config: { ...conv, kernelSize: 1, useBias: false } }],
  },
  {
    says: 'a convolution with tanh',
    input: [4, 4, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, activation: 'tanh' } }],
  },
  {
    says: 'batch normalization',
    input: [3, 3, 4],
    layers: [{ kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } }],
  },
  {
    says: 'batch normalization of rows',
    input: [6],
    layers: [{ kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } }],
  },
  {
    says: 'max pooling',
    input: [5, 6, 3],
    layers: [{ kind: 'maxPooling2d', config: { poolSize: 2, padding: 'same' } }],
  },
  {
    says: 'max pooling of negative values, with windows that overlap',
    input: [5, 6, 3],
    layers: [
      { kind: 'rescaling', config: { scale: 1, offset: -2 } },
      { kind: 'maxPooling2d', config: { poolSize: 3, strides: 2, padding: 'same' } },
    ],
  },
  {
    says: 'a convolution that leaves out pixels',
    input: [8, 9, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, strides: 4 } }],
  },
  {
    says: 'a depthwise convolution that leaves out pixels',
    input: [8, 9, 2],
    layers: [{ kind: 'depthwiseConv2d', config: { ...conv, strides: 4 } }],
  },
  {
    says: 'average pooling',
    input: [6, 4, 3],
    layers: [{ kind: 'averagePooling2d', config: { poolSize: 2, padding: 'valid' } }],
  },
  {
    says: 'average pooling at the edge',
    input: [5, 7, 2],
    layers: [{ kind: 'averagePooling2d', config: { poolSize: 3, strides: 2, padding: 'same' } }],
  },
  {
    says: 'global average pooling',
    input: [4, 5, 3],
    layers: [{ kind: 'globalAveragePooling2d', config: {} }],
  },
  {
    says: 'max pooling with overlaps',
    input: [7, 7, 2],
    layers: [{ kind: 'maxPooling2d', config: { poolSize: 3, strides: 2, padding: 'valid' } }],
  },
  { says: 'relu', input: [7], layers: [{ kind: 'activation', config: { function: 'relu' } }] },
  {
    says: 'a convolution with relu',
    input: [4, 4, 2],
    layers: [{ kind: 'conv2d', config: { ...conv, activation: 'relu' } }],
  },
  {
    says: 'a dense layer with relu',
    input: [6],
    layers: [{ kind: 'dense', config: { units: 5, activation: 'relu', useBias: true } }],
  },
  { says: 'dropout', input: [40], layers: [{ kind: 'dropout', config: { rate: 0.4 } }] },
  { says: 'sigmoid', input: [7], layers: [{ kind: 'activation', config: { function: 'sigmoid' } }] },
  {
    says: 'a depthwise convolution',
    input: [5, 6, 3],
    layers: [{ kind: 'depthwiseConv2d', config: conv }],
  },
  {
    says: 'a depthwise convolution with strides',
    input: [7, 6, 2],
    layers: [{ kind: 'depthwiseConv2d', config: { ...conv, strides: 2 } }],
  },
  {
    says: 'padding with zeros',
    input: [3, 4, 2],
    layers: [
      {
        kind: 'zeroPadding2d',
        config: {
          padding: [
            [0, 1],
            [1, 0],
          ],
        },
      },
    ],
  },
  {
    says: 'repeated pixels',
    input: [2, 3, 2],
    layers: [{ kind: 'upSampling2d', config: { size: 2, interpolation: 'nearest' } }],
  },
  { says: 'global max pooling', input: [3, 3, 2], layers: [{ kind: 'globalMaxPooling2d', config: {} }] },
  {
    says: 'layer normalization',
    input: [3, 3, 4],
    layers: [{ kind: 'layerNormalization', config: { epsilon: 1e-3 } }],
  },
  ...(['relu6', 'elu', 'gelu', 'swish'] as const).map((name) => ({
    says: name,
    input: [7],
    layers: [{ kind: 'activation' as const, config: { function: name } }],
  })),
  {
    says: 'softmax inside a network',
    input: [7],
    layers: [{ kind: 'activation', config: { function: 'softmax' } }],
  },
];

/** What every engine is asked each time. */
const quick = new Set([
  'batch normalization',
  'max pooling',
  'max pooling of negative values, with windows that overlap',
  'dropout',
  'a dense layer with relu',
]);

for (const engine of engines)
  for (const one of cases)
    test(`${engine.name}: the gradients of ${one.says} agree with numerical ones`, {
      skip: quick.has(one.says) ? engine.skip : engine.skipLong,
    }, async () => {
      await agree(await engine.open(), one);
    });

async function agree(tf: Tf, { input, layers }: (typeof cases)[number]): Promise<void> {
  const head: Layer[] = input.length === 1 ? [] : [{ kind: 'flatten', config: {} }];
  const pooled = /^global/.test(layers.at(-1)?.kind ?? '');
  const tail: Layer[] = [...(pooled ? [] : head), { kind: 'dense', config: dense }];
  const network = makeNetwork(input, inSequence([...layers, ...tail]));
  const specs = network.layers.flatMap((layer) => layer.weights);
  const variable = (shape: readonly number[], phase: number, trainable = true): Variable =>
    tf.variable(waveTensor(tf, shape, phase), trainable);
  const x = variable([4, ...input], 100);
  const weights = specs.map((spec, i) => variable(spec.shape, i, spec.trainable));
  const loss = (): Scalar => {
    const training = {
      dropout: () => ({ key: [1, 2], counter: [0, 1, 1, 0] }),
      moved: new Map<Variable, Tensor>(),
    };
    const out = forward(tf, network, weights, x, { precision: 'float32', training });
    return tf.reshape(tf.sum(tf.mul(out, waveTensor(tf, out.shape, 3))), []);
  };
  const learned = [x, ...weights.filter((weight) => weight.trainable)];
  const { grads } = tf.variableGrads(loss, learned);
  for (const one of learned) {
    const analytic = (await grads[one.name]?.data()) ?? [];
    for (const { says, of, step, tolerance } of directionsOf(one.size)) {
      const numerical = await slope(tf, one, of, step, loss);
      const found = Array.from(analytic).reduce((sum, value, i) => sum + value * of(i), 0);
      const close = Math.abs(numerical - found) <= tolerance * Math.max(1, Math.abs(numerical));
      assert.ok(close, `${one.name} [${one.shape}] ${says}: ${found} against ${numerical}`);
    }
  }
}

/** A way on which a variable moves: how far each of its values does. */
interface Direction {
  readonly says: string;
  readonly of: (i: number) => number;
  readonly step: number;
  readonly tolerance: number;
}

function directionsOf(size: number): Direction[] {
  const single = new Set([0, size >> 1, size - 2, size - 1].filter((at) => at >= 0));
  return [
    ...[...single].map((at) => ({
      says: `at ${at}`,
      of: (i: number) => (i === at ? 1 : 0),
      step: 0.005,
      tolerance: 0.01,
    })),
    // All values at once, each up or down: a short way, for each may come to a corner of its own, and so a rougher slope.
    ...[1, 2].map((turn) => ({
      says: `along ${turn}`,
      of: (i: number) => Math.sign(Math.sin((i + 1) * 7.3 * turn)),
      step: 0.0009,
      tolerance: 0.02,
    })),
  ];
}

/** The central difference of the loss as a variable moves along a direction. */
async function slope(
  tf: Tf,
  variable: Variable,
  direction: Direction['of'],
  step: number,
  loss: () => Scalar,
): Promise<number> {
  const values = Float32Array.from(await variable.data());
  const moved = async (by: number): Promise<number> => {
    const value = tf.tidy(() => {
      variable.assign(
        tf.tensor(
          values.map((value, i) => value + by * direction(i)),
          variable.shape,
        ),
      );
      return loss();
    });
    const [made = Number.NaN] = await value.data();
    value.dispose();
    return made;
  };
  const numerical = ((await moved(step)) - (await moved(-step))) / (2 * step);
  await moved(0);
  return numerical;
}

for (const engine of engines)
  test(`${engine.name}: a training step leaves no tensors behind`, { skip: engine.skip }, async () => {
    leavesNothing(await engine.open());
  });

function leavesNothing(tf: Tf): void {
  const network = makeNetwork(
    [4, 4, 2],
    inSequence([
      { kind: 'conv2d', config: conv },
      { kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } },
    ]),
  );
  const weights = network.layers
    .flatMap((layer) => layer.weights)
    .map((spec) => tf.variable(tf.zeros([...spec.shape])));
  const step = (): void =>
    tf.tidy(() => {
      const moved = new Map<Variable, Tensor>();
      const x = tf.ones([2, 4, 4, 2]);
      const training = { dropout: () => assert.fail(), moved };
      const sum = (): Scalar =>
        tf.reshape(tf.sum(forward(tf, network, weights, x, { precision: 'float32', training })), []);
      tf.variableGrads(sum, weights.slice(0, 4));
      tf.dispose([...moved.values()]);
    });
  step();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 3; i++) step();
  assert.equal(tf.memory().numTensors, before);
}

/** Values in [-1, 1] without neighbours so near that a numerical step changes which is the largest. */
function waveTensor(tf: Tf, shape: readonly number[], phase: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const value = (i: number): number => ((((i + 1) * 7919 + phase * 104729) % 1009) / 1009 - 0.5) * 2;
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => value(i)),
    [...shape],
  );
}
