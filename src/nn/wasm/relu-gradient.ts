/** dy where something came out, else 0. */
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { inputOf } from '../ops/attrs.ts';
import { floatsOf, makeOutput, wasmOf } from './heap.ts';

export const reluGradient: KernelFunc = ({ inputs, backend }) => {
  const wasm = wasmOf(backend);
  const [dy, y] = [inputOf(inputs, 'dy'), inputOf(inputs, 'y')];
  const dx = makeOutput(wasm, y.shape);
  const [gradient, active, out] = [floatsOf(wasm, dy), floatsOf(wasm, y), floatsOf(wasm, dx)];
  for (let i = 0; i < out.length; i++) out[i] = (active[i] ?? 0) > 0 ? (gradient[i] ?? 0) : 0;
  return dx;
};
