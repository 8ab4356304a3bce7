/** Max pooling whose gradient knows where each maximum was. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { only, runKernel, runOne, upstream } from './kernel.ts';

export interface PoolAttrs {
  readonly size: number;
  readonly strides: number;
  readonly pad: 'same' | 'valid';
}

/** x [rows, height, width, channels]. */
export function poolMax(tf: Tf, x: Tensor, attrs: PoolAttrs): Tensor {
  return only(runKernel(tf, 'MaxPoolTraining', { x }, attrs)[0]);
}

export function registerPooling(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'MaxPoolTraining',
    inputsToSave: ['x'],
    // The second, where an engine makes one, says where the maxima were.
    outputsToSave: [true, true],
    gradFunc: (dys, [x, y, places], attrs) => {
      if (!x || !y) throw new Error('pooling saved two tensors');
      const inputs = { dy: upstream(dys), x, y, ...(places ? { places } : {}) };
      return { x: () => runOne(tf, 'MaxPoolTrainingGrad', inputs, attrs) };
    },
  });
}
