/** The engine that is always there: WebAssembly, one thread. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as backend from '@tensorflow/tfjs-backend-wasm/dist/index.js';
import type { Tf } from '../engine.ts';

export function register(tf: Tf): string {
  const require = createRequire(import.meta.url);
  backend.setWasmPaths(
    `${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')}/`,
  );
  // The threaded build starts its workers from a Blob, which Node can't.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  return 'wasm';
}
