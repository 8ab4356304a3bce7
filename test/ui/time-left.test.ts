import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { duration } from '../../src/ui/duration.ts';
import { TimeLeft } from '../../src/ui/time-left.ts';

type Stream = readonly (readonly [seconds: number, done: number])[];

/** The worst ratio of what was said to what it really took, from one epoch after the first sample to where a twentieth of the time is left. */
function worst(stream: Stream, total: number, from = 1): number {
  const time = new TimeLeft();
  const [end] = stream.at(-1) ?? [0];
  const [, begun] = stream[0] ?? [0, 0];
  let found = 1;
  for (const [seconds, done] of stream) {
    time.add(seconds, done);
    const left = time.left('epoch', total);
    const really = end - seconds;
    if (done < begun + from || really < 0.05 * end || left === null) continue;
    const ratio = left / really;
    found = Math.max(found, ratio, 1 / ratio);
  }
  return found;
}

/** Epochs of `steps` steps, a validation after each, and a slow start. */
function training(
  epochs: number,
  options: { from?: number; speed?: (epoch: number) => number; validation?: number },
): Stream {
  const { from = 0, speed = () => 1, validation = 6 } = options;
  const stream: [number, number][] = [];
  let seconds = 4;
  for (let epoch = from; epoch < epochs; epoch++) {
    for (let step = 1; step <= 60; step++) {
      seconds += (epoch === from && step < 5 ? 4 : 0.5) * speed(epoch);
      stream.push([seconds, epoch + step / 60]);
    }
    seconds += validation;
  }
  stream.push([seconds, epochs]);
  return stream;
}

test('after the first epoch the time left is right within a third: with validations, a slow start, from a checkpoint', () => {
  assert.ok(worst(training(20, {}), 20) < 4 / 3);
  assert.ok(worst(training(20, { validation: 30 }), 20) < 4 / 3);
  assert.ok(worst(training(20, { from: 12 }), 20) < 4 / 3);
});

test('it follows a machine that becomes slower or faster within an epoch', () => {
  const slower = training(20, { speed: (epoch) => (epoch < 5 ? 1 : 2) });
  const from = slower.findIndex(([, done]) => done > 6.1);
  const time = new TimeLeft();
  for (const [seconds, done] of slower.slice(0, from)) time.add(seconds, done);
  const [end] = slower.at(-1) ?? [0];
  const really = end - (slower[from - 1]?.[0] ?? 0);
  const left = time.left('epoch', 20) ?? 0;
  assert.ok(left / really > 3 / 4 && left / really < 4 / 3, `${left} of ${really}`);
});

test('trainings that record-training.mjs recorded are told within a third', () => {
  const recorded: { readonly [name: string]: { readonly total: number; readonly events: Stream } } =
    JSON.parse(readFileSync(new URL('./trainings.values.json', import.meta.url), 'utf8'));
  for (const [name, { total, events }] of Object.entries(recorded)) {
    const ratio = worst(events, total);
    assert.ok(ratio < 4 / 3, `${name}: off by ${ratio}`);
  }
});

test('nothing is said before there is something to go by, and nothing is left at the end', () => {
  const time = new TimeLeft();
  assert.equal(time.left('epoch', 10), null);
  time.add(0, 3);
  assert.equal(time.left('epoch', 10), null);
  time.add(10, 10);
  assert.equal(time.left('epoch', 10), 0);
});

test('durations are as long as a person needs them', () => {
  assert.deepEqual([12.4, 89, 91, 1860, 9000].map(duration), ['12 s', '89 s', '2 min', '31 min', '2.5 h']);
});
