/** A network computes: layers over tensors. */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { RandomStream } from '../data/random.ts';
import type { Tf } from './engine.ts';
import type { LayerNode, Network } from './graph.ts';

export interface Pass {
  /** While training: where dropout draws, and what BatchNorm's moving statistics become. */
  readonly training: null | {
    readonly dropout: (layer: number) => ReturnType<RandomStream['at']>;
    readonly moved: Map<TensorFlow.Variable, TensorFlow.Tensor>;
  };
}

/** x: float32 [rows, ...input] → logits: the last softmax is left to the loss. */
export function forward(
  tf: Tf,
  network: Network,
  weights: readonly TensorFlow.Variable[],
  x: TensorFlow.Tensor,
  pass: Pass,
): TensorFlow.Tensor {
  let at = 0;
  return network.layers.reduce((value, layer, i) => {
    const own = weights.slice(at, at + layer.weights.length);
    at += layer.weights.length;
    return apply(tf, layer, value, own, pass, i, i === network.layers.length - 1);
  }, x);
}

function apply(
  tf: Tf,
  layer: LayerNode,
  x: TensorFlow.Tensor,
  weights: readonly TensorFlow.Variable[],
  pass: Pass,
  position: number,
  last: boolean,
): TensorFlow.Tensor {
  const [first, second] = weights;
  switch (layer.kind) {
    case 'conv2d': {
      const { strides, padding, activation } = layer.config;
      const out = tf.conv2d(
        tf.reshape<TensorFlow.Rank.R4>(x, shape4(x.shape)),
        tf.reshape<TensorFlow.Rank.R4>(first ?? x, shape4(first?.shape ?? [])),
        strides,
        padding,
      );
      return activate(tf, second ? tf.add(out, second) : out, activation, last);
    }
    case 'dense': {
      const out = tf.matMul(
        tf.reshape(x, [x.shape[0] ?? 0, -1]),
        tf.reshape(first ?? x, [x.shape[1] ?? 0, -1]),
      );
      return activate(tf, second ? tf.add(out, second) : out, layer.config.activation, last);
    }
    case 'batchNormalization':
      return batchNorm(tf, layer.config, x, weights, pass);
    case 'activation':
      return activate(tf, x, layer.config.function, last);
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { poolSize = 2, strides = poolSize, padding } = layer.config;
      const image = tf.reshape<TensorFlow.Rank.R4>(x, shape4(x.shape));
      return layer.kind === 'maxPooling2d'
        ? tf.maxPool(image, poolSize, strides, padding)
        : tf.avgPool(image, poolSize, strides, padding);
    }
    case 'globalAveragePooling2d':
      return tf.mean(x, [1, 2]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0] ?? 0, -1]);
    case 'dropout':
      return pass.training
        ? tf.mul(x, mask(tf, x.shape, layer.config.rate, pass.training.dropout(position)))
        : x;
  }
}

function shape4(shape: readonly number[]): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

function activate(tf: Tf, x: TensorFlow.Tensor, name: string, last: boolean): TensorFlow.Tensor {
  switch (name) {
    case 'relu':
      return tf.relu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'tanh':
      return tf.tanh(x);
    case 'softmax':
      return last ? x : tf.softmax(x);
    default:
      return x;
  }
}

/** Kept values are scaled by 1 / (1 - rate), as in Keras: nothing is to do at inference. */
function mask(
  tf: Tf,
  shape: number[],
  rate: number,
  random: ReturnType<RandomStream['at']>,
): TensorFlow.Tensor {
  const values = new Float32Array(shape.reduce((size, side) => size * side, 1));
  const keep = 1 / (1 - rate);
  for (let i = 0; i < values.length; i++) values[i] = random.uniform() < rate ? 0 : keep;
  return tf.tensor(values, shape);
}

/** Statistics over all axes but the last (Ioffe, Szegedy 2015); moving statistics as in Keras: old·momentum + batch·(1 - momentum). */
function batchNorm(
  tf: Tf,
  config: { momentum: number; epsilon: number },
  x: TensorFlow.Tensor,
  weights: readonly TensorFlow.Variable[],
  pass: Pass,
): TensorFlow.Tensor {
  const [gamma, beta, movingMean, movingVariance] = weights;
  if (!gamma || !beta || !movingMean || !movingVariance)
    throw new Error('batchNormalization has four weights');
  if (!pass.training) {
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(movingVariance, config.epsilon)));
    return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(movingMean, scale)));
  }
  const { y, mean, variance } = normalized(tf, x, gamma, beta, config.epsilon);
  const move = (moving: TensorFlow.Variable, batch: TensorFlow.Tensor): void => {
    const moved = tf.add(tf.mul(moving, config.momentum), tf.mul(batch, 1 - config.momentum));
    pass.training?.moved.set(moving, tf.keep(moved));
  };
  move(movingMean, mean);
  move(movingVariance, variance);
  tf.dispose([mean, variance]);
  return y;
}

function normalized(
  tf: Tf,
  x: TensorFlow.Tensor,
  gamma: TensorFlow.Tensor,
  beta: TensorFlow.Tensor,
  epsilon: number,
): { y: TensorFlow.Tensor; mean: TensorFlow.Tensor; variance: TensorFlow.Tensor } {
  const channels = x.shape.at(-1) ?? 1;
  const attrs = { epsilon };
  let statistics: { mean: TensorFlow.Tensor; variance: TensorFlow.Tensor } | undefined;
  // One op with the gradient written out: the tape would record a dozen elementwise ones.
  const op = tf.customGrad((...inputs) => {
    const [a, g, b, save] = inputs;
    if (!isTensor(a) || !isTensor(g) || !isTensor(b) || typeof save !== 'function')
      throw new Error('batchNorm takes three tensors');
    const [y, mean, variance] = tensorsOf(
      tf.engine().runKernel('BatchNormTraining', { x: a, gamma: g, beta: b }, attrs),
    );
    statistics = { mean: tf.keep(mean), variance: tf.keep(variance) };
    save([a, g, mean, variance]);
    return { value: y, gradFunc: (dy, saved) => gradient(tf, dy, saved, attrs) };
  });
  const y = tf.reshape(op(tf.reshape(x, [x.size / channels, channels]), gamma, beta), x.shape);
  if (!statistics) throw new Error('batchNorm ran');
  return { y, ...statistics };
}

function tensorsOf(
  made: TensorFlow.Tensor | TensorFlow.Tensor[],
): [TensorFlow.Tensor, TensorFlow.Tensor, TensorFlow.Tensor] {
  const [a, b, c] = Array.isArray(made) ? made : [made];
  if (!a || !b || !c) throw new Error('batchNorm makes three tensors');
  return [a, b, c];
}

function isTensor(value: unknown): value is TensorFlow.Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value;
}

function gradient(
  tf: Tf,
  dy: TensorFlow.Tensor | TensorFlow.Tensor[],
  saved: TensorFlow.Tensor[],
  attrs: { epsilon: number },
): TensorFlow.Tensor[] {
  const [x, gamma, mean, variance] = saved;
  const upstream = Array.isArray(dy) ? dy[0] : dy;
  if (!x || !gamma || !mean || !variance || !upstream) throw new Error('batchNorm saved four tensors');
  const inputs = { x, dy: upstream, gamma, mean, variance };
  return tensorsOf(tf.engine().runKernel('BatchNormTrainingGrad', inputs, attrs));
}
