/** Opens an engine: the only place that imports TensorFlow.js. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as backend from '@tensorflow/tfjs-backend-wasm/dist/index.js';
import * as tf from '@tensorflow/tfjs-core/dist/index.js';
// The core alone registers none: a program that only predicts needs none.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { registerTrainingKernels } from './kernels.ts';

export type Tf = typeof tf;

export async function openEngine(): Promise<Tf> {
  const require = createRequire(import.meta.url);
  backend.setWasmPaths(
    `${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')}/`,
  );
  // The threaded build starts its workers from a Blob, which Node can't.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  registerTrainingKernels(tf);
  return tf;
}
