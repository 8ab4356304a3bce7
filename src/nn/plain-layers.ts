/** Layers that TensorFlow.js' own operations compute well on every engine; all tensors are real float32. */
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from './engine.ts';
import type { LayerNode } from './graph.ts';
import { sidesOf } from './layers/image.ts';
import { averageAll } from './ops/pooling.ts';

type Plain = Extract<
  LayerNode,
  {
    kind:
      | 'averagePooling2d'
      | 'globalAveragePooling2d'
      | 'globalMaxPooling2d'
      | 'zeroPadding2d'
      | 'upSampling2d'
      | 'rescaling'
      | 'layerNormalization'
      | 'flatten'
      | 'reshape'
      | 'add'
      | 'concatenate';
  }
>;

/** `inputs` [rows, …] each, one but for add and concatenate. */
export function plainLayer(
  tf: Tf,
  layer: Plain,
  inputs: readonly Tensor[],
  weights: readonly Tensor[],
): Tensor {
  const [x] = inputs;
  if (!x) throw new Error(`${layer.name} takes something`);
  const rows = x.shape[0] ?? 0;
  switch (layer.kind) {
    case 'averagePooling2d': {
      const { poolSize, strides = poolSize, padding } = layer.config;
      return tf.avgPool(image(tf, x), poolSize, strides, padding);
    }
    case 'globalAveragePooling2d':
      return averageAll(tf, x);
    case 'globalMaxPooling2d':
      return tf.max(x, [1, 2]);
    case 'zeroPadding2d':
      return tf.pad(image(tf, x), [[0, 0], ...sidesOf(layer.config.padding), [0, 0]]);
    case 'upSampling2d': {
      const [height = 0, width = 0] = layer.output;
      const resize =
        layer.config.interpolation === 'bilinear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
      return resize(image(tf, x), [height, width]);
    }
    case 'rescaling':
      return tf.add(tf.mul(x, layer.config.scale), layer.config.offset);
    case 'layerNormalization':
      return normalizeExample(tf, x, weights, layer.config.epsilon);
    case 'flatten':
    case 'reshape':
      return tf.reshape(x, [rows, ...layer.output]);
    case 'add':
      return tf.addN([...inputs]);
    case 'concatenate':
      return tf.concat([...inputs], -1);
  }
}

/** Depthwise convolution with x [rows, height, width, channels] and filter [k, k, channels, 1]. */
export function depthwise(
  tf: Tf,
  x: Tensor,
  filter: Tensor,
  strides: number,
  padding: 'same' | 'valid',
  training: boolean,
): Tensor {
  const known = tf.getKernel('DepthwiseConv2dNativeBackpropFilter', tf.getBackend()) !== undefined;
  if (!training || known)
    return tf.depthwiseConv2d(
      image(tf, x),
      tf.reshape<Rank.R4>(filter, shape4(filter.shape)),
      strides,
      padding,
    );
  return byTaps(tf, image(tf, x), filter, strides, padding);
}

/** One shifted, scaled copy of the image a tap of the kernel: for engines that lack the gradients of the operation. */
function byTaps(tf: Tf, x: Tensor4D, filter: Tensor, strides: number, padding: 'same' | 'valid'): Tensor {
  const [size = 1] = filter.shape;
  const [rows, height, width, channels] = x.shape;
  const out = (side: number): number =>
    padding === 'same' ? Math.ceil(side / strides) : Math.floor((side - size) / strides) + 1;
  const [outHeight, outWidth] = [out(height), out(width)];
  const missing = (side: number, sides: number): number =>
    padding === 'same' ? Math.max(0, (sides - 1) * strides + size - side) : 0;
  const [down, across] = [missing(height, outHeight), missing(width, outWidth)];
  const padded = tf.pad(x, [
    [0, 0],
    [Math.floor(down / 2), Math.ceil(down / 2)],
    [Math.floor(across / 2), Math.ceil(across / 2)],
    [0, 0],
  ]);
  const [spanHeight, spanWidth] = [(outHeight - 1) * strides + 1, (outWidth - 1) * strides + 1];
  const taps = Array.from({ length: size * size }, (_, tap) => {
    const [i, j] = [Math.floor(tap / size), tap % size];
    const shifted = tf.slice(padded, [0, i, j, 0], [rows, spanHeight, spanWidth, channels]);
    return tf.mul(shifted, tf.reshape(tf.slice(filter, [i, j, 0, 0], [1, 1, channels, 1]), [channels]));
  });
  const everywhere = image(tf, tf.addN(taps));
  // A pool of single pixels only leaves out; a strided slice has no gradient.
  return strides === 1 ? everywhere : tf.avgPool(everywhere, 1, strides, 'valid');
}

/** Over the channels of each place, as Keras does by default (Ba, Kiros, Hinton 2016). */
function normalizeExample(tf: Tf, x: Tensor, [gamma, beta]: readonly Tensor[], epsilon: number): Tensor {
  if (!gamma || !beta) throw new Error('layerNormalization has two weights');
  const { mean, variance } = tf.moments(x, -1, true);
  const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalized, gamma), beta);
}

const image = (tf: Tf, x: Tensor): Tensor4D => tf.reshape<Rank.R4>(x, shape4(x.shape));

function shape4(shape: readonly number[]): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}
