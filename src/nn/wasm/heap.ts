/** Kernels in TypeScript work on the backend's memory itself: V8 makes fast loops of them, and sums are kept in float64. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';

export function wasmOf(backend: unknown): BackendWasm {
  if (!isWasm(backend)) throw new Error('this kernel runs on the wasm backend only');
  return backend;
}

function isWasm(backend: unknown): backend is BackendWasm {
  return typeof backend === 'object' && backend !== null && 'typedArrayFromHeap' in backend;
}

/** Allocates; growing memory detaches views, so take views (`floatsOf`) only when all outputs are made. */
export function makeOutput(backend: BackendWasm, shape: readonly number[]): TensorInfo {
  return backend.makeOutput([...shape], 'float32');
}

export function floatsOf(backend: BackendWasm, tensor: TensorInfo): Float32Array {
  const values = backend.typedArrayFromHeap(tensor);
  if (!(values instanceof Float32Array)) throw new Error(`float32 expected, got ${tensor.dtype}`);
  return values;
}
