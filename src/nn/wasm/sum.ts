/** Sums over the leading axes (what a bias' gradient is): the backend transposes first, which costs more than the sum. */
import type { KernelConfig, NamedAttrMap } from '@tensorflow/tfjs-core';
import { inputOf } from '../ops/attrs.ts';
import { floatsOf, makeOutput, wasmOf } from './heap.ts';

export function sumKernel(shipped: KernelConfig): KernelConfig {
  return {
    ...shipped,
    kernelFunc: (call) => {
      const x = inputOf(call.inputs, 'x');
      const axes = axesOf(call.attrs, x.shape.length);
      const leading = axes.every((axis, i) => axis === i) && axes.length < x.shape.length;
      if (!leading || x.dtype !== 'float32') return shipped.kernelFunc(call);
      const wasm = wasmOf(call.backend);
      const kept = x.shape.slice(axes.length);
      const keepDims = call.attrs?.keepDims === true;
      const out = makeOutput(wasm, keepDims ? [...axes.map(() => 1), ...kept] : kept);
      sumRows(floatsOf(wasm, x), floatsOf(wasm, out));
      return out;
    },
  };
}

function axesOf(attrs: NamedAttrMap | undefined, rank: number): number[] {
  const axis = attrs?.axis;
  const given = Array.isArray(axis) ? axis : [axis];
  const axes = given.map((one) => (typeof one === 'number' ? (one + rank) % rank : Number.NaN));
  return axes.sort((a, b) => a - b);
}

function sumRows(x: Float32Array, out: Float32Array): void {
  const columns = out.length;
  const sum = new Float64Array(columns);
  for (let at = 0; at < x.length; at += columns) {
    for (let c = 0; c < columns; c++) sum[c] = (sum[c] ?? 0) + (x[at + c] ?? 0);
  }
  out.set(sum);
}
