/** The native engine: TensorFlow's own library through the addon of @tensorflow/tfjs-node-gpu, on the CPU or with CUDA. */
import { createRequire } from 'node:module';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { EngineOrder } from '../../stages/context.ts';
import type { Tf } from '../engine.ts';

export function register(tf: Tf, order: EngineOrder): string {
  const require = createRequire(import.meta.url);
  bringBack(require('node:util'));
  const addon = load(require, order.files.addon ?? '');
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node-gpu'));
  return 'tensorflow';
}

/** Failure: `engine-broken`. */
function load(require: NodeJS.Require, path: string): TFJSBinding {
  try {
    return require(path);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Failure('engine-broken', `the native engine does not load: ${why}`, {
      fix: 'install it again: pipe engine install native',
    });
  }
}

/** What the package takes from node:util and Node 24 no longer has. */
function bringBack(util: { isArray?: unknown; isNullOrUndefined?: unknown }): void {
  util.isArray ??= Array.isArray;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}
