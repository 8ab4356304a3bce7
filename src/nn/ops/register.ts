/** Makes the operations of ops/ known to TensorFlow.js' tape. */
import type { Tf } from '../engine.ts';
import { registerActivations } from './activation.ts';
import { registerBatchNorm } from './batch-norm.ts';
import { registerConvolution } from './convolution.ts';
import { registerCrossentropy } from './crossentropy.ts';
import { registerPooling } from './pooling.ts';
import { registerProduct } from './product.ts';

export function registerOperations(tf: Tf): void {
  if (tf.getGradient('Convolution')) return;
  for (const register of [
    registerActivations,
    registerBatchNorm,
    registerConvolution,
    registerCrossentropy,
    registerPooling,
    registerProduct,
  ])
    register(tf);
}
