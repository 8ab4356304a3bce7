/** statistics.values.json is what statistics.py computed with scipy and statsmodels. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bootstrapDifference,
  countPaired,
  holm,
  type MeanTest,
  mcNemar,
  pairedT,
  studentInterval,
  welch,
  wilson,
} from '../../src/experiments/statistics.ts';

interface Pair {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly count: number;
}
interface Sample {
  readonly first: number[];
  readonly second: number[];
  readonly t: number;
  readonly df: number;
  readonly p: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}
const stored: {
  readonly wilson: readonly { right: number; count: number; interval: [number, number] }[];
  readonly mcnemar: readonly (Pair & { p: number })[];
  readonly bootstrap: readonly (Pair & { low: number; high: number })[];
  readonly welch: readonly Sample[];
  readonly paired: readonly Sample[];
  readonly holm: readonly { ps: number[]; corrected: number[] }[];
} = JSON.parse(readFileSync(new URL('./statistics.values.json', import.meta.url), 'utf8'));

function near(actual: number, expected: number, relative = 1e-9): void {
  const tolerance = relative * Math.max(1e-6, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

test("Wilson's interval is statsmodels'", () => {
  for (const { right, count, interval } of stored.wilson) {
    const { low, high } = wilson(right / count, count);
    near(low, interval[0]);
    near(high, interval[1]);
  }
});

test("McNemar's exact p is statsmodels'", () => {
  for (const { p, ...pair } of stored.mcnemar) near(mcNemar(pair), p, 1e-8);
});

test("the bootstrap's interval is that of 4,000 resamples by numpy, to within what they vary", () => {
  for (const { low, high, ...pair } of stored.bootstrap) {
    const made = bootstrapDifference(pair);
    const tolerance = (high - low) / 20 + 1.01 / pair.count;
    assert.ok(Math.abs(made.low - low) < tolerance && Math.abs(made.high - high) < tolerance);
  }
});

test("Welch's and the paired t-test are scipy's", () => {
  const check = (made: MeanTest | null, sample: Sample): void => {
    assert.ok(made);
    near(made.t, sample.t, 1e-8);
    near(made.df, sample.df);
    near(made.p, sample.p, 1e-7);
    near(made.difference, sample.difference, 1e-8);
    near(made.interval.low, sample.low, 1e-6);
    near(made.interval.high, sample.high, 1e-6);
  };
  for (const sample of stored.welch) check(welch(sample.first, sample.second), sample);
  for (const sample of stored.paired) check(pairedT(sample.first, sample.second), sample);
});

test("Holm's correction is statsmodels'", () => {
  for (const { ps, corrected } of stored.holm)
    for (const [i, p] of holm(ps).entries()) near(p, corrected[i] ?? Number.NaN);
});

test('seeds that all give the same have neither a test nor an interval, whatever rounding makes of them', () => {
  assert.equal(welch([0.5, 0.5], [0.5, 0.5]), null);
  assert.equal(welch([0.5, 0.5], [0.75, 0.75]), null);
  assert.equal(pairedT([0.1, 0.7], [0.1 + 0.01, 0.7 + 0.01]), null);
  assert.equal(studentInterval([0.1 + 0.2, 0.3]), null);
  assert.ok(welch([0.5, 0.5], [0.75, 0.76]));
});

test('pairs are counted once each, and swapping sides swaps the counts', () => {
  const both = fc.array(fc.tuple(fc.boolean(), fc.boolean()));
  fc.assert(
    fc.property(both, (pairs) => {
      const [first, second] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      const made = countPaired(first, second);
      const swapped = countPaired(second, first);
      assert.equal(made.onlyFirst, swapped.onlySecond);
      assert.equal(
        made.onlySecond - made.onlyFirst,
        second.filter(Boolean).length - first.filter(Boolean).length,
      );
      assert.equal(mcNemar(made), mcNemar(swapped));
    }),
  );
});
