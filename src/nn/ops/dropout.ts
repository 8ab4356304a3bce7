/**
 * Dropout from the counter-based generator: the place of a draw (layer, epoch, step) decides it, on every engine alike,
 * since TensorFlow's StatelessRandomUniformV2 is the same Philox4x32-10.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import { only, runKernel, runOne, withGradient } from './kernel.ts';

export interface DropoutAttrs {
  readonly rate: number;
  /** Philox' two words of key and four of counter, whose first counts the blocks and starts at 0. */
  readonly key: readonly number[];
  readonly counter: readonly number[];
}

/** Kept values are scaled by 1 / (1 - rate), as in Keras: nothing is to do at inference. */
export function dropOut(tf: Tf, x: Tensor, attrs: DropoutAttrs): Tensor {
  return withGradient(
    tf,
    x,
    () => runKernel(tf, 'DropoutTraining', { x }, attrs),
    (dy, [mask]) => runOne(tf, 'DropoutTrainingGrad', { dy, mask: only(mask) }),
  );
}
