/** Optimizers, losses and schedules against what Keras computed: keras/optimizers.json, made by keras/optimizers.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs-core';
import { makeLoss } from '../../src/nn/losses.ts';
import { makeOptimizer } from '../../src/nn/optimizers.ts';
import { score } from '../../src/nn/predict.ts';
import { scheduleOf } from '../../src/nn/schedules.ts';
import { makeUpdater } from '../../src/nn/updater.ts';
import type { JsonObject } from '../../src/stages/kind.ts';
import { engines } from './engines.ts';
import { trainParams } from './params.ts';

interface Golden {
  readonly optimizers: readonly {
    readonly name: string;
    readonly optimizer: JsonObject;
    readonly steps: number;
    readonly weights: readonly (readonly number[])[];
  }[];
  readonly losses: readonly {
    readonly loss: string;
    readonly labelSmoothing: number;
    readonly value: number;
    readonly gradient: readonly number[];
  }[];
  readonly schedules: readonly {
    readonly name: string;
    readonly schedule: JsonObject;
    readonly rate: number;
    readonly stepsPerEpoch: number;
    readonly epochs: number;
    readonly rates: readonly number[];
  }[];
}
const golden: Golden = JSON.parse(readFileSync('test/nn/keras/optimizers.json', 'utf8'));

for (const engine of engines) {
  for (const { name, optimizer: written, steps, weights } of golden.optimizers)
    test(`${engine.name}: ${name} changes weights as in Keras`, { skip: engine.skipLong }, async () => {
      const tf = await engine.open();
      const optimizer = makeOptimizer(trainParams({ optimizer: written }).optimizer);
      const variables = [tf.variable(tf.tensor(wave(6, 1), [2, 3])), tf.variable(tf.tensor(wave(4, 2)))];
      const updater = makeUpdater(tf, variables, optimizer);
      for (let step = 0; step < steps; step++) {
        const gradients: Tensor[] = [tf.tensor(wave(6, 10 + step), [2, 3]), tf.tensor(wave(4, 20 + step))];
        updater.apply(gradients, optimizer.learningRate, step + 1);
      }
      for (const [i, expected] of weights.entries()) near((await variables[i]?.data()) ?? [], expected, 2e-6);
    });

  for (const { loss, labelSmoothing, value, gradient } of golden.losses)
    test(`${engine.name}: ${loss}, smoothed by ${labelSmoothing}, is Keras'`, {
      skip: engine.skipLong,
    }, async () => {
      const tf = await engine.open();
      const logits = tf.variable(
        tf.tensor(
          wave(15, 3).map((one) => one * 4),
          [5, 3],
        ),
      );
      const labels = [0, 2, 1, 1, 0];
      const targets = tf.tensor(
        labels.flatMap((label) => [0, 1, 2].map((c) => Number(c === label))),
        [5, 3],
      );
      const made = makeLoss(trainParams({ loss, labelSmoothing }));
      const learned = tf.engine().gradients(() => made(tf, logits, targets), [logits]);
      near(await learned.value.data(), [value], 2e-6);
      near((await learned.grads[0]?.data()) ?? [], gradient, 2e-6);
      // What validation calls loss is the same.
      const probabilities = Float32Array.from(await tf.softmax(logits).data());
      near([score(probabilities, Uint8Array.from(labels), 3, labelSmoothing).loss], [value], 2e-6);
    });
}

for (const { name, schedule, rate, stepsPerEpoch, epochs, rates } of golden.schedules)
  test(`the schedule ${name} gives Keras' rates`, () => {
    const made = scheduleOf(trainParams({ schedule, epochs }), rate, stepsPerEpoch);
    near(
      rates.map((_, step) => made?.(step) ?? Number.NaN),
      rates,
      2e-6,
    );
  });

test("an optimizer's state is what is left to continue from", async () => {
  for (const engine of engines.filter(({ skipLong }) => skipLong === false)) {
    const tf = await engine.open();
    const optimizer = makeOptimizer(trainParams({ optimizer: { adam: {} } }).optimizer);
    const variable = tf.variable(tf.tensor(wave(8, 1)));
    const updater = makeUpdater(tf, [variable], optimizer);
    const step = (by: ReturnType<typeof makeUpdater>, at: number): void =>
      tf.tidy(() => by.apply([tf.tensor(wave(8, at))], 0.1, at));
    for (let at = 1; at <= 3; at++) step(updater, at);
    const [weights, state] = [Float32Array.from(await variable.data()), await updater.state()];
    for (let at = 4; at <= 6; at++) step(updater, at);
    const inOneGo = [...(await variable.data())];
    const later = tf.variable(tf.tensor(weights));
    const again = makeUpdater(tf, [later], optimizer);
    again.restore(state);
    for (let at = 4; at <= 6; at++) step(again, at);
    assert.deepEqual([...(await later.data())], inOneGo);
  }
});

/** Values in [-1, 1): the same as in the script. */
function wave(count: number, phase: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => ((((i + 1) * 7919 + phase * 104729) % 1009) / 1009) * 2 - 1,
  );
}

function near(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs((found[i] ?? Number.NaN) - value) <= tolerance * Math.max(1, Math.abs(value)),
      `at ${i}: ${found[i]}, Keras ${value}`,
    );
}
