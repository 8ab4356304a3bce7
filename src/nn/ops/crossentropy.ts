/** Categorical crossentropy with its gradient, from logits. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { only, runKernel, upstream } from './kernel.ts';

/** logits, targets [rows, classes], each row of targets adding up to 1 → the mean over the rows of -Σ target · log softmax. */
export function crossentropy(tf: Tf, logits: Tensor, targets: Tensor): Tensor {
  return only(runKernel(tf, 'Crossentropy', { logits, targets })[0]);
}

export function registerCrossentropy(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'Crossentropy',
    outputsToSave: [false, true],
    gradFunc: (dys, [slope]) => {
      if (!slope) throw new Error('crossentropy saved its slope');
      return { logits: () => tf.mul(upstream(dys), slope) };
    },
  });
}
