import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSides, type Scored, sayComparisons, sidesOf } from '../../src/experiments/compare.ts';
import { examplesOf } from '../../src/experiments/predictions.ts';

const score = (accuracy: number, seed: string | null = null): Scored => ({
  seed,
  accuracy,
  rows: 1000,
  predictions: null,
});
const predicted = (right: readonly boolean[], examples = 'same'): Scored => ({
  seed: null,
  accuracy: right.filter(Boolean).length / right.length,
  rows: right.length,
  predictions: { examples: examples === '' ? null : examples, right },
});
const rights = (count: number, total = 1000): boolean[] => Array.from({ length: total }, (_, i) => i < count);

test('one seed a side on the same examples is tested by McNemar, and the limits of that are said', () => {
  const [one] = compareSides([
    { label: 'a', scores: [predicted(rights(800))] },
    { label: 'b', scores: [predicted(rights(850))] },
  ]);
  assert.ok(one);
  assert.equal(one.method, 'McNemar');
  assert.deepEqual(one.changed, [0, 50]);
  assert.equal(one.verdict, 'better');
  assert.match(
    sayComparisons([one]).join(' '),
    /^b is 5\.00 points above a \(95% interval \+3\.\d\d to \+6\.\d\d\)\. By McNemar's exact test on 50 changed predictions that is more than chance explains \(p < 0\.0001\)\. With one seed a side this tells two trained networks apart on these examples; it cannot say that the setting is better/,
  );
});

test('one seed a side without the same examples is not tested, and that is said', () => {
  const [one] = compareSides([
    { label: 'a', scores: [predicted(rights(800), 'these')] },
    { label: 'b', scores: [predicted(rights(900), 'those')] },
  ]);
  assert.ok(one);
  assert.deepEqual([one.method, one.p, one.verdict], ['none', null, 'undecided']);
  assert.match(
    sayComparisons([one]).join(' '),
    /no predictions on the same examples, this difference is not tested/,
  );
});

test('examples of which nothing says what they are count as others', () => {
  const [one] = compareSides([
    { label: 'a', scores: [predicted(rights(800), '')] },
    { label: 'b', scores: [predicted(rights(900), '')] },
  ]);
  assert.equal(one?.method, 'none');
});

test('examples are the same by rows, labels and the digest of what they are', () => {
  const made = { probabilities: new Float32Array(4), labels: [0, 1], rows: [5, 6] };
  const key = examplesOf(made, 'pixels');
  assert.equal(examplesOf({ ...made, probabilities: new Float32Array(6) }, 'pixels'), key);
  assert.notEqual(examplesOf(made, 'other pixels'), key);
  assert.notEqual(examplesOf({ ...made, rows: [5, 7] }, 'pixels'), key);
  assert.notEqual(examplesOf({ ...made, labels: [1, 1] }, 'pixels'), key);
  assert.equal(examplesOf(made, undefined), null);
});

test('the same seeds on both sides are paired; other seeds are not', () => {
  const side = (label: string, accuracies: readonly number[], seeds: readonly string[]) => ({
    label,
    scores: accuracies.map((accuracy, i) => score(accuracy, seeds[i] ?? null)),
  });
  const first = side('a', [0.7, 0.8, 0.9], ['1', '2', '3']);
  const [paired] = compareSides([first, side('b', [0.92, 0.71, 0.815], ['3', '1', '2'])]);
  assert.equal(paired?.method, 'paired t');
  assert.equal(paired?.verdict, 'better');
  const [welch] = compareSides([first, side('b', [0.92, 0.71, 0.815], ['4', '5', '6'])]);
  assert.equal(welch?.method, 'Welch');
  assert.equal(welch?.verdict, 'undecided');
  assert.match(
    sayComparisons(welch ? [welch] : []).join(' '),
    /\. By Welch's t-test over 3 and 3 seeds that is no more than chance may give \(p = 0\.\d+\)\.$/,
  );
});

test('two seeds that differ by the same are no proof, and an interval reaches no farther than accuracies can', () => {
  const side = (label: string, accuracies: readonly number[]) => ({
    label,
    scores: accuracies.map((accuracy, i) => score(accuracy, String(i))),
  });
  const same = compareSides([side('a', [0.1, 0.7]), side('b', [0.11, 0.71])]);
  assert.deepEqual([same[0]?.p, same[0]?.interval, same[0]?.verdict], [null, null, 'undecided']);
  assert.equal(
    sayComparisons(same).join(' '),
    'b is 1.00 points above a. Over these seeds a difference does not vary at all, so how much it would over others is unknown: it gets neither an interval nor a test.',
  );
  const [far] = compareSides([side('a', [0.1, 0.9]), side('b', [0.9, 0.3])]);
  assert.deepEqual(far?.interval, { low: -1, high: 1 });
});

test('several comparisons are corrected together', () => {
  const made = compareSides([
    { label: 'a', scores: [predicted(rights(800))] },
    { label: 'b', scores: [predicted(rights(807))] },
    { label: 'c', scores: [predicted(rights(803))] },
  ]);
  assert.ok((made[0]?.p ?? 1) < 0.05);
  assert.deepEqual(
    made.map((one) => one.corrected),
    [2 * (made[0]?.p ?? 0), made[1]?.p],
  );
  assert.match(sayComparisons(made).join(' '), /after Holm's correction/);
});

test('cells that differ by their seed alone are one side', () => {
  const sides = sidesOf([
    { name: 'evaluate[augment=none,seed=1]', score: score(0.5) },
    { name: 'evaluate[augment=none,seed=2]', score: score(0.6) },
    { name: 'evaluate[augment=first,seed=1]', score: score(0.7) },
    { name: 'other', score: score(0.7) },
  ]);
  assert.deepEqual(
    sides.map(({ label, scores }) => [label, scores.map((one) => one.seed)]),
    [
      ['evaluate[augment=none]', ['1', '2']],
      ['evaluate[augment=first]', ['1']],
      ['other', [null]],
    ],
  );
});
