/** A network computes: layers over tensors, each by the operations of ops/ or by TensorFlow.js' own. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from './engine.ts';
import { type LayerNode, type Network, networkInput } from './graph.ts';
import { relu, toFloat } from './ops/activation.ts';
import { movingAverage, normalizeBatch, normalizeBy } from './ops/batch-norm.ts';
import { convolve } from './ops/convolution.ts';
import { type DropoutAttrs, dropOut } from './ops/dropout.ts';
import type { Precision } from './ops/kernel.ts';
import { poolMax } from './ops/pooling.ts';
import { multiply } from './ops/product.ts';
import { depthwise, plainLayer } from './plain-layers.ts';

export interface Pass {
  readonly precision: Precision;
  /** While training: where dropout draws, and what BatchNorm's moving statistics become. */
  readonly training: null | {
    readonly dropout: (layer: number) => Omit<DropoutAttrs, 'rate'>;
    readonly moved: Map<Variable, Tensor>;
  };
}

/** A network's weights, in its order, on the engine. */
export function variablesOf(tf: Tf, network: Network, values: readonly Float32Array[]): Variable[] {
  const specs = network.layers.flatMap((layer) => layer.weights);
  return specs.map(({ shape, trainable }, i) =>
    // Without tidying, the first values would stay in memory when the variable has got others.
    tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(values[i] ?? []), [...shape]), trainable)),
  );
}

/** x: float32 [rows, ...input] → float32 logits: the last softmax is left to the loss. */
export function forward(
  tf: Tf,
  network: Network,
  weights: readonly Variable[],
  x: Tensor,
  pass: Pass,
): Tensor {
  const outputs: Tensor[] = [];
  let at = 0;
  for (const [position, layer] of network.layers.entries()) {
    const inputs = layer.from.map((from) => (from === networkInput ? x : (outputs[from] ?? x)));
    const own = weights.slice(at, at + layer.weights.length);
    at += layer.weights.length;
    const last = position === network.layers.length - 1;
    outputs.push(apply({ tf, x: inputs[0] ?? x, inputs, weights: own, pass, position, last }, layer));
  }
  return toFloat(tf, outputs.at(-1) ?? x);
}

interface Call {
  readonly tf: Tf;
  /** The first of its inputs; most layers have one. */
  readonly x: Tensor;
  readonly inputs: readonly Tensor[];
  readonly weights: readonly Variable[];
  readonly pass: Pass;
  readonly position: number;
  readonly last: boolean;
}

/** Layers that TensorFlow.js' operations compute take `floats(call)`: those know no bfloat16. */
function apply(call: Call, layer: LayerNode): Tensor {
  const { tf, x, pass } = call;
  switch (layer.kind) {
    case 'conv2d':
      return convolution(call, layer.config);
    case 'depthwiseConv2d':
      return depthwiseConvolution(call, layer.config);
    case 'dense':
      return dense(call, layer.config);
    case 'batchNormalization':
      return batchNorm(call, layer.config, layer.frozen === true);
    case 'activation':
      return activate(call, x, layer.config.function);
    case 'maxPooling2d': {
      const { poolSize: size, strides = size, padding: pad } = layer.config;
      return poolMax(tf, x, { size, strides, pad });
    }
    case 'dropout': {
      const { rate } = layer.config;
      return pass.training && rate > 0
        ? dropOut(tf, x, { rate, ...pass.training.dropout(call.position) })
        : x;
    }
    default:
      return plainLayer(
        tf,
        layer,
        call.inputs.map((input) => toFloat(tf, input)),
        call.weights,
      );
  }
}

const floats = ({ tf, x }: Call): Tensor => toFloat(tf, x);

type Config<K extends LayerNode['kind']> = Extract<LayerNode, { kind: K }>['config'];

function convolution(call: Call, { strides, padding, activation }: Config<'conv2d'>): Tensor {
  const [filter, bias] = call.weights;
  if (!filter) throw new Error('conv2d has a kernel');
  const attrs = { strides, pad: padding, relu: activation === 'relu', precision: call.pass.precision };
  const y = convolve(call.tf, call.x, filter, bias, attrs);
  return attrs.relu ? y : activate(call, y, activation);
}

function depthwiseConvolution(
  call: Call,
  { strides, padding, activation }: Config<'depthwiseConv2d'>,
): Tensor {
  const [filter, bias] = call.weights;
  if (!filter) throw new Error('depthwiseConv2d has a kernel');
  const y = depthwise(call.tf, floats(call), filter, strides, padding, call.pass.training !== null);
  return activate(call, bias ? call.tf.add(y, bias) : y, activation);
}

function dense(call: Call, { activation }: Config<'dense'>): Tensor {
  const [kernel, bias] = call.weights;
  if (!kernel) throw new Error('dense has a kernel');
  const y = multiply(call.tf, floats(call), kernel, call.pass.precision);
  return activate(call, bias ? call.tf.add(y, bias) : y, activation);
}

function activate({ tf, last }: Call, x: Tensor, name: string): Tensor {
  switch (name) {
    case 'relu':
      return relu(tf, x);
    case 'relu6':
      return tf.relu6(toFloat(tf, x));
    case 'elu':
      return tf.elu(toFloat(tf, x));
    case 'gelu':
      return gelu(tf, toFloat(tf, x));
    case 'swish':
      return swish(tf, toFloat(tf, x));
    case 'sigmoid':
      return tf.sigmoid(toFloat(tf, x));
    case 'tanh':
      return tf.tanh(toFloat(tf, x));
    case 'softmax':
      return last ? x : tf.softmax(toFloat(tf, x));
    default:
      return x;
  }
}

/** x·Φ(x) (Hendrycks, Gimpel 2016), exact. */
const gelu = (tf: Tf, x: Tensor): Tensor =>
  tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

/** x·sigmoid(x) (Ramachandran, Zoph, Le 2017). */
const swish = (tf: Tf, x: Tensor): Tensor => tf.mul(x, tf.sigmoid(x));

function batchNorm(
  { tf, x, weights, pass }: Call,
  config: Config<'batchNormalization'>,
  frozen: boolean,
): Tensor {
  const [gamma, beta, movingMean, movingVariance] = weights;
  if (!gamma || !beta || !movingMean || !movingVariance)
    throw new Error('batchNormalization has four weights');
  const { epsilon, momentum } = config;
  if (!pass.training || frozen)
    return normalizeBy(tf, x, { gamma, beta, mean: movingMean, variance: movingVariance }, epsilon);
  const { y, mean, variance } = normalizeBatch(tf, x, gamma, beta, epsilon);
  const { moved } = pass.training;
  moved.set(movingMean, tf.keep(movingAverage(tf, movingMean, mean, momentum)));
  moved.set(movingVariance, tf.keep(movingAverage(tf, movingVariance, variance, momentum)));
  return y;
}
