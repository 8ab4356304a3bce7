/** Max pooling whose gradient knows where each maximum was, and the mean over all places. */
import type { Tensor } from '@tensorflow/tfjs-core';
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
