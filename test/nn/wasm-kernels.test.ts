import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../src/nn/engine.ts';
import { describeWasm } from '../../src/nn/wasm/describe.ts';

for (const padding of ['same', 'valid'] as const) {
  test(`the gradient of a convolution with padding ${padding} agrees with a numerical one`, async () => {
    const tf = await openEngine(describeWasm().order);
    const values = (count: number, seed: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * 1.7));
    const x = tf.tensor4d(values(2 * 5 * 5 * 3, 1), [2, 5, 5, 3]);
    const kernel = values(3 * 3 * 3 * 4, 2);
    const loss = (filter: Float32Array): number =>
      tf.tidy(
        () =>
          tf.sum(tf.square(tf.conv2d(x, tf.tensor4d(filter, [3, 3, 3, 4]), 1, padding))).dataSync()[0] ?? 0,
      );
    const gradient = tf
      .grad((filter) =>
        tf.sum(
          tf.square(
            tf.conv2d(
              x,
              tf.reshape<import('@tensorflow/tfjs-core').Rank.R4>(filter, [3, 3, 3, 4]),
              1,
              padding,
            ),
          ),
        ),
      )(tf.tensor4d(kernel, [3, 3, 3, 4]))
      .dataSync();
    for (const i of [0, 17, 50, 107]) {
      const moved = (by: number): Float32Array => kernel.map((value, at) => (at === i ? value + by : value));
      const numerical = (loss(moved(0.01)) - loss(moved(-0.01))) / 0.02;
      assert.ok(
        Math.abs(numerical - (gradient[i] ?? 0)) < 0.02 * Math.max(1, Math.abs(numerical)),
        `weight ${i}: ${gradient[i]} against ${numerical}`,
      );
    }
  });
}
