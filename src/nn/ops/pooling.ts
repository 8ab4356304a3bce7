/** Max pooling whose gradient knows where each maximum was; averages of real pixels; the mean and the maximum over all places. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { only, runKernel, runOne, upstream, withGradient } from './kernel.ts';

export interface PoolAttrs {
  readonly size: number;
  readonly strides: number;
  readonly pad: 'same' | 'valid';
}

/** x [rows, height, width, channels]. */
export function poolMax(tf: Tf, x: Tensor, attrs: PoolAttrs): Tensor {
  return withGradient(
    tf,
    x,
    () => {
      // The second, where an engine makes one, says where the maxima were.
      const [y, ...places] = runKernel(tf, 'MaxPoolTraining', { x }, attrs);
      return [only(y), x, only(y), ...places];
    },
    (dy, [saved, y, places]) => {
      const inputs = { dy, x: only(saved), y: only(y), ...(places ? { places } : {}) };
      return runOne(tf, 'MaxPoolTrainingGrad', inputs, attrs);
    },
  );
}

/** The average of those pixels of a window that the image has. x [rows, height, width, channels]. */
export function poolAverage(tf: Tf, x: Tensor4D, { size, strides, pad }: PoolAttrs): Tensor {
  const [, height, width] = x.shape;
  const [down, across] = [paddingOf(height, size, strides), paddingOf(width, size, strides)];
  if (pad === 'valid' || [...down, ...across].every((zeros) => zeros === 0))
    return tf.avgPool(x, size, strides, 'valid');
  // The gradient of TensorFlow.js' own counts the padding, too.
  const padded = tf.pad(x, [[0, 0], down, across, [0, 0]]);
  const share = shareOf(tf, realPixels(height, size, strides), realPixels(width, size, strides), size);
  return tf.mul(tf.avgPool(padded, size, strides, 'valid'), share);
}

/** [1, height, width, 1]: by how much an average over all of a window is too small. */
function shareOf(tf: Tf, down: readonly number[], across: readonly number[], size: number): Tensor {
  const factors = down.flatMap((rows) => across.map((columns) => size ** 2 / (rows * columns)));
  return tf.tensor(factors, [1, down.length, across.length, 1]);
}

/** Of each place of a window along a padded side. */
function realPixels(side: number, size: number, strides: number): number[] {
  const [before] = paddingOf(side, size, strides);
  return Array.from({ length: Math.ceil(side / strides) }, (_, i) => {
    const start = i * strides - before;
    return Math.min(start + size, side) - Math.max(start, 0);
  });
}

/** TensorFlow's padding `same` of a side: zeros before and after it. */
export function paddingOf(side: number, size: number, strides: number): [before: number, after: number] {
  const missing = Math.max(0, (Math.ceil(side / strides) - 1) * strides + size - side);
  return [Math.floor(missing / 2), Math.ceil(missing / 2)];
}

/** The maximum over height and width; where several are equal, they share the gradient, as in TensorFlow. Shapes as of averageAll. */
export function maxAll(tf: Tf, x: Tensor): Tensor {
  return withGradient(
    tf,
    x,
    () => [tf.max(x, [1, 2]), x],
    (dy, [saved]) => {
      // Not by `equal`: the webgpu backend can't add up what was cast from bool.
      const isMax = tf.sub(1, tf.step(tf.sub(tf.max(only(saved), [1, 2], true), only(saved))));
      const share = tf.div(tf.reshape(dy, [x.shape[0] ?? 0, 1, 1, -1]), tf.sum(isMax, [1, 2], true));
      return tf.mul(isMax, share);
    },
  );
}

/** The mean over height and width. x [rows, height, width, channels] → [rows, channels]. */
export function averageAll(tf: Tf, x: Tensor): Tensor {
  return runOne(tf, 'AverageAll', { x });
}

export function registerPooling(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'AverageAll',
    inputsToSave: ['x'],
    // TensorFlow.js' own multiplies by ones of x' size, which are made in JavaScript.
    gradFunc: (dys, [x]) => ({
      x: () => {
        const [rows = 1, height = 1, width = 1, channels = 1] = only(x).shape;
        const share = tf.div(upstream(dys), height * width);
        return tf.tile(tf.reshape(share, [rows, 1, 1, channels]), [1, height, width, 1]);
      },
    }),
  });
}
