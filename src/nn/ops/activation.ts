/** ReLU, whose gradient is one pass over what came out. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { runOne, upstream } from './kernel.ts';

export function relu(tf: Tf, x: Tensor): Tensor {
  return runOne(tf, 'ReluTraining', { x });
}

/** x as real float32, for operations of TensorFlow.js; nothing is to do where it is already. */
export function toFloat(tf: Tf, x: Tensor): Tensor {
  return runOne(tf, 'ToFloat', { x });
}

export function registerActivations(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'ReluTraining',
    outputsToSave: [true],
    gradFunc: (dys, [y]) => {
      if (!y) throw new Error('relu saved a tensor');
      return { x: () => runOne(tf, 'ReluGrad', { dy: upstream(dys), y }) };
    },
  });
  tf.registerGradient({
    kernelName: 'ToFloat',
    inputsToSave: ['x'],
    gradFunc: (dys, [x]) => {
      if (!x) throw new Error('toFloat saved a tensor');
      return { x: () => runOne(tf, 'ToFloatGrad', { dy: upstream(dys), like: x }) };
    },
  });
}
