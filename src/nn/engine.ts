/** Opens an engine: with the engines' own folders, the only place that imports TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core/dist/index.js';
// The core alone registers none: a program that only predicts needs none.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { EngineOrder } from '../stages/context.ts';
import { registerTrainingKernels } from './kernels.ts';

export type Tf = typeof tf;

interface Opener {
  /** Makes a backend known to TensorFlow.js and gives its name. */
  register(tf: Tf, order: EngineOrder): string;
}

const openers: { readonly [engine: string]: () => Promise<Opener> } = {
  wasm: () => import('./wasm/register.ts'),
  native: () => import('./native/register.ts'),
  webgpu: () => import('./webgpu/register.ts'),
};

const backends = new Map<string, string>();

/** From here on this process computes on that engine. */
export async function openEngine(order: EngineOrder | null): Promise<Tf> {
  if (!order) throw new Error('this kind of stage has no engine');
  const load = openers[order.name];
  if (!load) throw new Error(`there is no engine ${order.name}`);
  const backend = backends.get(order.name) ?? (await load()).register(tf, order);
  backends.set(order.name, backend);
  await tf.setBackend(backend);
  await tf.ready();
  registerTrainingKernels(tf);
  return tf;
}
