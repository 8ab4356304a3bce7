/** The plain form of the filter's gradient on wasm, to measure ours against: pad, and a slice, transpose and matMul a tap. */
import type { Rank, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../../src/nn/engine.ts';
import { inputOf } from '../../src/nn/ops/attrs.ts';
import { replaceKernel } from '../../src/nn/ops/kernel.ts';

/** For 3×3 kernels, stride 1, padding same: what the seed CNN has. */
export function usePlainKernel(tf: Tf): void {
  replaceKernel(tf, 'Conv2DBackpropFilter', (shipped) => ({
    ...shipped,
    kernelFunc: ({ inputs }) => tf.tidy(() => gradient(tf, inputOf(inputs, 'x'), inputOf(inputs, 'dy'))),
  }));
}

function gradient(tf: Tf, x: TensorInfo, dy: TensorInfo): Tensor {
  if (!(x instanceof tf.Tensor) || !(dy instanceof tf.Tensor)) throw new Error('tensors');
  const [rows = 1, height = 1, width = 1, channels = 1] = x.shape;
  const filters = dy.shape[3] ?? 1;
  const places = rows * height * width;
  const padded = tf.pad(tf.reshape<Rank.R4>(x, [rows, height, width, channels]), [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const slopes = tf.reshape(dy, [places, filters]);
  const taps = Array.from({ length: 9 }, (_, tap) => {
    const from = [0, Math.floor(tap / 3), tap % 3, 0];
    const seen = tf.reshape(tf.slice(padded, from, [rows, height, width, channels]), [places, channels]);
    return tf.matMul(tf.transpose(seen), slopes);
  });
  return tf.reshape(tf.stack(taps), [3, 3, channels, filters]);
}
