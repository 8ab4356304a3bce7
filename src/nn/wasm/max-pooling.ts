/** The gradient of max pooling: the backend's own is wrong where all of a window is negative. */
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { inputOf, poolOf } from '../ops/attrs.ts';
import { paddingOf } from '../ops/pooling.ts';
import { floatsOf, makeOutput, wasmOf } from './heap.ts';

/** x [rows, height, width, channels], y and dy [rows, …, channels] → dx: dy where x is first as large as y. */
export const maxPoolGradient: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = wasmOf(backend);
  const [x, y, dy] = [inputOf(inputs, 'x'), inputOf(inputs, 'y'), inputOf(inputs, 'dy')];
  const dx = makeOutput(wasm, x.shape);
  const { size, strides, pad } = poolOf(attrs);
  const [rows = 1, height = 1, width = 1, channels = 1] = x.shape;
  const [, outHeight = 1, outWidth = 1] = y.shape;
  const before = (side: number): number => (pad === 'same' ? paddingOf(side, size, strides)[0] : 0);
  const [top, left] = [before(height), before(width)];
  const [from, largest, gradient, out] = [x, y, dy, dx].map((tensor) => floatsOf(wasm, tensor));
  if (!from || !largest || !gradient || !out) throw new Error('four tensors');
  out.fill(0);
  const isFound = new Uint8Array(channels);
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (let down = 0; down < outHeight; down++)
      for (let across = 0; across < outWidth; across++, at += channels) {
        isFound.fill(0);
        const [firstY, firstX] = [down * strides - top, across * strides - left];
        for (let i = Math.max(0, firstY); i < Math.min(height, firstY + size); i++)
          for (let j = Math.max(0, firstX); j < Math.min(width, firstX + size); j++) {
            const pixel = ((row * height + i) * width + j) * channels;
            for (let c = 0; c < channels; c++) {
              if (isFound[c] !== 0 || from[pixel + c] !== largest[at + c]) continue;
              isFound[c] = 1;
              out[pixel + c] = (out[pixel + c] ?? 0) + (gradient[at + c] ?? 0);
            }
          }
      }
  return dx;
};
