import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropOut } from '../../src/nn/ops/dropout.ts';
import { engines } from './engines.ts';

/**
 * TensorFlow 2.21: tf.raw_ops.StatelessRandomUniformV2(shape=[40], key=[7 + (9 << 32)], counter=[0 + (3 << 32), 2],
 * alg=1) >= 0.25.
 */
const kept = '1101101011001111010010001111110010010110';

for (const engine of engines)
  test(`${engine.name}: dropout draws what TensorFlow draws`, { skip: engine.skip }, async () => {
    const tf = await engine.open();
    const place = { rate: 0.25, key: [7, 9], counter: [0, 3, 2, 0] };
    const values = await dropOut(tf, tf.ones([40]), place).data();
    assert.equal([...values].map((value) => (value > 0 ? '1' : '0')).join(''), kept);
    assert.equal(Math.max(...values), Math.fround(1 / 0.75));
  });
