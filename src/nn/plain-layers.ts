/** Layers that TensorFlow.js' own operations compute well on every engine; all tensors are real float32. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from './engine.ts';
import type { LayerNode } from './graph.ts';
import { sidesOf } from './layers/image.ts';
import { withFourAxes } from './ops/kernel.ts';
import { averageAll, maxAll, paddingOf, poolAverage } from './ops/pooling.ts';

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
      return poolAverage(tf, withFourAxes(tf, x), { size: poolSize, strides, pad: padding });
    }
    case 'globalAveragePooling2d':
      return averageAll(tf, x);
    case 'globalMaxPooling2d':
      return maxAll(tf, x);
    case 'zeroPadding2d':
      return tf.pad(withFourAxes(tf, x), [[0, 0], ...sidesOf(layer.config.padding), [0, 0]]);
    case 'upSampling2d': {
      const [height = 0, width = 0] = layer.output;
      const resize =
        layer.config.interpolation === 'bilinear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
      return resize(withFourAxes(tf, x), [height, width]);
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
    return tf.depthwiseConv2d(withFourAxes(tf, x), withFourAxes(tf, filter), strides, padding);
  return byTaps(tf, withFourAxes(tf, x), filter, strides, padding);
}

/** One shifted, scaled copy of the image a tap of the kernel: for engines that lack the gradients of the operation. */
function byTaps(tf: Tf, x: Tensor4D, filter: Tensor, strides: number, padding: 'same' | 'valid'): Tensor {
  const [size = 1] = filter.shape;
  const [rows, height, width, channels] = x.shape;
  const [down, across] =
    padding === 'same'
      ? [paddingOf(height, size, strides), paddingOf(width, size, strides)]
      : [[0, 0] as const, [0, 0] as const];
  const padded = tf.pad(x, [[0, 0], [...down], [...across], [0, 0]]);
  const out = (side: number, [before, after]: readonly [number, number]): number =>
    Math.floor((before + side + after - size) / strides) + 1;
  const [outHeight, outWidth] = [out(height, down), out(width, across)];
  const [spanHeight, spanWidth] = [(outHeight - 1) * strides + 1, (outWidth - 1) * strides + 1];
  const taps = Array.from({ length: size * size }, (_, tap) => {
    const [i, j] = [Math.floor(tap / size), tap % size];
    const shifted = tf.slice(padded, [0, i, j, 0], [rows, spanHeight, spanWidth, channels]);
    return tf.mul(shifted, tf.reshape(tf.slice(filter, [i, j, 0, 0], [1, 1, channels, 1]), [channels]));
  });
  const everywhere = withFourAxes(tf, tf.addN(taps));
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
