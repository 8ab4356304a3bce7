/** Gives the engine that is set the operations of ops/: its own kernels where there are, generic ones for the rest. */
import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { Tf } from './engine.ts';
import { genericKernels } from './generic/kernels.ts';
import { dtypes, hasOneDnn, isNative } from './native/backend.ts';
import { mendAddition, nativeKernels } from './native/kernels.ts';
import { replaceKernel } from './ops/kernel.ts';
import { registerOperations } from './ops/register.ts';
import { mendShippedKernels, wasmKernels } from './wasm/kernels.ts';

/** To be called once the backend is ready; a second call does nothing. */
export function registerTrainingKernels(tf: Tf): void {
  const backendName = tf.getBackend();
  if (tf.getKernel('Convolution', backendName)) return;
  registerOperations(tf);
  if (backendName === 'wasm') mendShippedKernels(tf);
  if (isNative(tf.backend())) replaceKernel(tf, 'Add', mendAddition);
  const kernels = { ...genericKernels(tf), ...ownKernels(tf) };
  for (const [kernelName, kernelFunc] of Object.entries(kernels))
    tf.registerKernel({ kernelName, backendName, kernelFunc });
}

function ownKernels(tf: Tf): { readonly [name: string]: KernelFunc } {
  const backend: unknown = tf.backend();
  if (isNative(backend)) return nativeKernels(backend);
  return tf.getBackend() === 'wasm' ? wasmKernels : {};
}

/** Can it compute `mixedBfloat16`? The library's ordinary operations can; oneDNN's, not on every processor. */
export function hasBfloat16(tf: Tf): boolean {
  const backend: unknown = tf.backend();
  return isNative(backend) && (!hasOneDnn(backend) || hasOneDnn(backend, dtypes.bfloat16));
}
