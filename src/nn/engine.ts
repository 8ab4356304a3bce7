/** Opens an engine: the only place that imports TensorFlow.js. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { registerTrainingKernels } from './wasm-kernels.ts';

export type Tf = typeof TensorFlow;

export async function openEngine(): Promise<Tf> {
  const require = createRequire(import.meta.url);
  // The CommonJS builds: core and backend share one registry of kernels.
  const tf: Tf = require('@tensorflow/tfjs-core');
  const backend: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm');
  backend.setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')}/`);
  // The threaded build starts its workers from a Blob, which Node can't.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  registerTrainingKernels(tf);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
