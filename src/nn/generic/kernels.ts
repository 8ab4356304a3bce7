/** The operations of ops/ composed of TensorFlow.js' own: right on any engine, fast where those are. */
import type { KernelFunc, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { philoxWords } from '../../data/random.ts';
import type { Tf } from '../engine.ts';
import {
  type Attrs,
  convolutionGradOf,
  convolutionOf,
  dropoutOf,
  type Inputs,
  inputOf,
  numberOf,
  poolOf,
  productOf,
} from '../ops/attrs.ts';
import type { ConvolutionAttrs } from '../ops/convolution.ts';
import { only, withFourAxes } from '../ops/kernel.ts';

export type Kernels = { readonly [name: string]: KernelFunc };
type Compute = (tf: Tf, input: (name: string) => Tensor, attrs: Attrs, inputs: Inputs) => Tensor | Tensor[];

export function genericKernels(tf: Tf): Kernels {
  return Object.fromEntries(
    Object.entries(computations).map(([name, compute]) => [name, tidied(tf, compute)]),
  );
}

function tidied(tf: Tf, compute: Compute): KernelFunc {
  return ({ inputs, attrs }) =>
    tf.tidy(() => compute(tf, (name) => tensorOf(tf, inputs, name), attrs, inputs));
}

function tensorOf(tf: Tf, inputs: Inputs, name: string): Tensor {
  const tensor = inputOf(inputs, name);
  if (!(tensor instanceof tf.Tensor)) throw new Error(`${name} is a tensor`);
  return tensor;
}

const computations: { readonly [name: string]: Compute } = {
  Convolution: (tf, input, attrs, inputs) => {
    const { strides, pad, relu } = convolutionOf(attrs);
    const bias = inputs.bias ? { bias: input('bias') } : {};
    return shipped(
      tf,
      'FusedConv2D',
      { x: input('x'), filter: input('filter'), ...bias },
      { ...window(strides, pad), dilations: [1, 1], activation: relu ? 'relu' : 'linear', leakyreluAlpha: 0 },
    );
  },
  ConvolutionInputGrad: (tf, input, attrs) => {
    const { strides, pad, inputShape } = convolutionGradOf(attrs);
    const inputs = { dy: input('dy'), filter: input('filter') };
    return shipped(tf, 'Conv2DBackpropInput', inputs, { ...window(strides, pad), inputShape });
  },
  ConvolutionWeightsGrad: (tf, input, attrs) => {
    const { strides, pad, filterShape } = convolutionGradOf(attrs);
    const inputs = { x: input('x'), dy: input('dy') };
    const dFilter = shipped(tf, 'Conv2DBackpropFilter', inputs, { ...window(strides, pad), filterShape });
    return [dFilter, tf.sum(input('dy'), [0, 1, 2])];
  },
  Product: (tf, input, attrs) => {
    const { transposeA, transposeB } = productOf(attrs);
    return tf.matMul(input('a'), input('b'), transposeA, transposeB);
  },
  BatchNormTraining: (tf, input, attrs) => {
    const { mean, variance } = tf.moments(input('x'), leading(input('x')));
    const scale = tf.mul(input('gamma'), tf.rsqrt(tf.add(variance, numberOf(attrs, 'epsilon'))));
    const y = tf.add(tf.mul(tf.sub(input('x'), mean), scale), input('beta'));
    return [y, mean, variance];
  },
  // dx = γ/σ · (dy - mean(dy) - x̂·mean(dy·x̂)).
  BatchNormTrainingGrad: (tf, input, attrs) => {
    const [x, dy, axes] = [input('x'), input('dy'), leading(input('x'))];
    const inverse = tf.rsqrt(tf.add(input('variance'), numberOf(attrs, 'epsilon')));
    const normalized = tf.mul(tf.sub(x, input('mean')), inverse);
    const [dBeta, dGamma] = [tf.sum(dy, axes), tf.sum(tf.mul(dy, normalized), axes)];
    const rows = x.size / dBeta.size;
    const centred = tf.sub(dy, tf.add(tf.div(dBeta, rows), tf.mul(normalized, tf.div(dGamma, rows))));
    return [tf.mul(centred, tf.mul(input('gamma'), inverse)), dGamma, dBeta];
  },
  BatchNormInference: (tf, input, attrs) => {
    const scale = tf.mul(input('gamma'), tf.rsqrt(tf.add(input('variance'), numberOf(attrs, 'epsilon'))));
    return tf.add(tf.mul(input('x'), scale), tf.sub(input('beta'), tf.mul(input('mean'), scale)));
  },
  BatchNormInferenceGrad: (tf, input, attrs) => {
    const scale = tf.mul(input('gamma'), tf.rsqrt(tf.add(input('variance'), numberOf(attrs, 'epsilon'))));
    return tf.mul(input('dy'), scale);
  },
  MovingAverage: (tf, input, attrs) => {
    const momentum = numberOf(attrs, 'momentum');
    return tf.add(tf.mul(input('moving'), momentum), tf.mul(input('batch'), 1 - momentum));
  },
  MaxPoolTraining: (tf, input, attrs) => {
    const { size, strides, pad } = poolOf(attrs);
    return tf.maxPool(withFourAxes(tf, input('x')), size, strides, pad);
  },
  MaxPoolTrainingGrad: (tf, input, attrs) => {
    const { size, strides, pad } = poolOf(attrs);
    const inputs = { dy: input('dy'), input: input('x'), output: input('y') };
    return shipped(tf, 'MaxPoolGrad', inputs, { filterSize: size, strides, pad });
  },
  AverageAll: (tf, input) => tf.mean(input('x'), [1, 2]),
  Crossentropy: (tf, input) => {
    const [logits, targets] = [input('logits'), input('targets')];
    const rows = logits.shape[0] ?? 1;
    const logarithms = tf.logSoftmax(logits);
    const loss = tf.neg(tf.div(tf.sum(tf.mul(targets, logarithms)), rows));
    return [loss, tf.div(tf.sub(tf.exp(logarithms), targets), rows)];
  },
  ReluTraining: (tf, input) => tf.relu(input('x')),
  ReluGrad: (tf, input) => tf.mul(input('dy'), tf.step(input('y'))),
  ToFloat: (_, input) => input('x').clone(),
  ToFloatGrad: (_, input) => input('dy').clone(),
  DropoutTraining: (tf, input, attrs) => {
    const x = input('x');
    const { rate, key, counter } = dropoutOf(attrs);
    const mask = tf.tensor(maskValues(x.size, rate, key, counter), x.shape);
    return [tf.mul(x, mask), mask];
  },
  DropoutTrainingGrad: (tf, input) => tf.mul(input('dy'), input('mask')),
};

/** 23 bits of each word make a number in [0, 1), as in TensorFlow's StatelessRandomUniformV2. */
function maskValues(
  size: number,
  rate: number,
  key: readonly number[],
  counter: readonly number[],
): Float32Array {
  const words = philoxWords(size, key, counter);
  const keep = 1 / (1 - rate);
  return Float32Array.from(words, (word) => ((word & 0x7fffff) / 0x800000 < rate ? 0 : keep));
}

const window = (strides: number, pad: ConvolutionAttrs['pad']): object => ({
  strides: [strides, strides],
  pad,
  dataFormat: 'NHWC',
  dimRoundingMode: undefined,
});

function shipped(tf: Tf, name: string, inputs: NamedTensorMap, attrs: object): Tensor {
  const made: Tensor | Tensor[] = tf.engine().runKernel(name, inputs, { ...attrs });
  return only(Array.isArray(made) ? made[0] : made);
}

const leading = (x: Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);
