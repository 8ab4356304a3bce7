/** The webgpu engine: TensorFlow.js' WebGPU backend on Dawn, which reaches any vendor's GPU through the system's driver. */
import { createRequire } from 'node:module';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu.js';
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu.js';
import '@tensorflow/tfjs-backend-webgpu/dist/register_all_kernels.js';
import type { EngineOrder } from '../../stages/context.ts';
import type { Tf } from '../engine.ts';
import { type Dawn, requestAdapter } from './dawn.ts';

export function register(tf: Tf, order: EngineOrder): string {
  const require = createRequire(import.meta.url);
  const dawn: Dawn = require(order.files.dawn ?? '');
  // The backend takes constants such as GPUBufferUsage from there, as in a browser, and looks whether there is a `gpu`.
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: '' }, configurable: true });
  tf.registerBackend('webgpu', async () => {
    const adapter = await requestAdapter(gpu);
    if (!adapter) throw new Error('there is no GPU adapter');
    const device = await adapter.requestDevice({ requiredLimits: limitsOf(adapter.limits) });
    return new WebGPUBackend(device, adapter.info);
  });
  return 'webgpu';
}

/** All that the adapter has of these: without asking, a buffer holds 256 MB at most. */
function limitsOf(limits: GPUSupportedLimits): { [name: string]: number } {
  const { maxComputeWorkgroupStorageSize, maxComputeWorkgroupsPerDimension } = limits;
  const { maxStorageBufferBindingSize, maxBufferSize } = limits;
  const { maxComputeWorkgroupSizeX, maxComputeInvocationsPerWorkgroup } = limits;
  return {
    maxComputeWorkgroupStorageSize,
    maxComputeWorkgroupsPerDimension,
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxComputeWorkgroupSizeX,
    maxComputeInvocationsPerWorkgroup,
  };
}
