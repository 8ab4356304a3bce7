/**
 * Is a difference real? Each formula with its source; test/experiments/statistics.py computes the same with scipy and
 * statsmodels, and what it gave is stored beside it.
 */
import { binomialHalfCdf, studentTwoSided, studentWithin } from './distributions.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 97.5th percentile of the standard normal distribution. */
const z95 = 1.959963984540054;

/** 95 % interval of a proportion (E. B. Wilson, "Probable inference", JASA 22, 1927). `part` in [0, 1] of `count` trials. */
export function wilson(part: number, count: number): Interval {
  const z2 = z95 ** 2 / count;
  const centre = (part + z2 / 2) / (1 + z2);
  const half = (z95 / (1 + z2)) * Math.sqrt((part * (1 - part)) / count + z2 / (4 * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface Paired {
  /** Examples that only the first, only the second got right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly count: number;
}

/** Counts a pair of predictions on the same examples. */
export function countPaired(first: readonly boolean[], second: readonly boolean[]): Paired {
  const onlyFirst = first.filter((right, i) => right && !second[i]).length;
  const onlySecond = second.filter((right, i) => right && !first[i]).length;
  return { onlyFirst, onlySecond, count: first.length };
}

/** Two-sided p of McNemar's exact test (Q. McNemar, Psychometrika 12, 1947): those that changed are a fair coin's throws. */
export function mcNemar({ onlyFirst, onlySecond }: Paired): number {
  const changed = onlyFirst + onlySecond;
  return Math.min(1, 2 * binomialHalfCdf(Math.min(onlyFirst, onlySecond), changed));
}

/**
 * 95 % percentile bootstrap interval of the second's accuracy less the first's (B. Efron, "Bootstrap methods", Ann.
 * Statist. 7, 1979), over the same examples drawn with replacement. It is the ideal bootstrap, that of infinitely many
 * samples: each draw adds 1, 0 or −1, so the sum's distribution is known and nothing has to be drawn.
 */
export function bootstrapDifference(pair: Paired): Interval {
  const { count } = pair;
  const [up, down] = [pair.onlySecond / count, pair.onlyFirst / count];
  const middle = pair.onlySecond - pair.onlyFirst;
  const deviation = Math.sqrt(count * (up + down - (up - down) ** 2));
  // Nine deviations a side leave out less than 1e-18.
  const half = Math.min(2 * count, Math.ceil(9 * deviation) + 1);
  const cumulated = cumulatedSums(up, down, count, middle, half);
  const at = (part: number): number =>
    (middle - half + cumulated.findIndex((sum) => sum >= part - 1e-12)) / count;
  return { low: at(0.025), high: at(0.975) };
}

/** P(sum ≤ s) for s from middle − half to middle + half, by inverting the characteristic function (p₀ + p₊e^iθ + p₋e^−iθ)^count. */
function cumulatedSums(up: number, down: number, count: number, middle: number, half: number): number[] {
  const size = 2 * half + 1;
  const angles = Array.from({ length: size }, (_, j) => (2 * Math.PI * j) / size);
  const waves = angles.map((angle) => {
    const [real, imaginary] = [1 - (up + down) * (1 - Math.cos(angle)), (up - down) * Math.sin(angle)];
    return { size: Math.hypot(real, imaginary) ** count, phase: count * Math.atan2(imaginary, real) };
  });
  let sum = 0;
  return angles.map((_, k) => {
    const s = middle - half + k;
    for (const [j, wave] of waves.entries())
      sum += (wave.size * Math.cos(wave.phase - (angles[j] ?? 0) * s)) / size;
    return sum;
  });
}

export interface MeanTest {
  /** The second's mean less the first's. */
  readonly difference: number;
  readonly interval: Interval;
  readonly t: number;
  readonly df: number;
  readonly p: number;
}

/** Welch's t-test (B. L. Welch, Biometrika 34, 1947): means of two samples that may vary differently. Two values a side at least; null where neither side varies. */
export function welch(first: readonly number[], second: readonly number[]): MeanTest | null {
  const [v1, v2] = [variance(first) / first.length, variance(second) / second.length];
  const df = (v1 + v2) ** 2 / (v1 ** 2 / (first.length - 1) + v2 ** 2 / (second.length - 1));
  return meanTest(mean(second) - mean(first), Math.sqrt(v1 + v2), df);
}

/** The paired t-test (Student, "The probable error of a mean", Biometrika 6, 1908): the same seeds on both sides, in the same order. Null where the difference is the same for all. */
export function pairedT(first: readonly number[], second: readonly number[]): MeanTest | null {
  const differences = second.map((value, i) => value - (first[i] ?? 0));
  const error = Math.sqrt(variance(differences) / differences.length);
  return meanTest(mean(differences), error, differences.length - 1);
}

/** Accuracies are whole numbers of images by their count: what is smaller than this, as a difference or a standard error, is rounding. */
export const rounding = 1e-9;

/** Values that do not vary say nothing of how much others would: t would be infinite, whatever the difference, and the interval a point. */
function meanTest(difference: number, error: number, df: number): MeanTest | null {
  if (error < rounding) return null;
  const t = difference / error;
  const half = studentWithin(0.95, df) * error;
  return {
    difference,
    interval: { low: difference - half, high: difference + half },
    t,
    df,
    p: studentTwoSided(t, df),
  };
}

/** p values corrected for their number (S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979), in the given order. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, i) => ({ p, i })).sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(ps.length).fill(1);
  let most = 0;
  for (const [rank, { p, i }] of order.entries()) {
    most = Math.max(most, Math.min(1, p * (ps.length - rank)));
    corrected[i] = most;
  }
  return corrected;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: divided by one less than its size. */
export function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

/** 95 % interval of a mean by Student's t; two values at least, and null where these do not vary. */
export function studentInterval(values: readonly number[]): Interval | null {
  const error = Math.sqrt(variance(values) / values.length);
  if (error < rounding) return null;
  const half = studentWithin(0.95, values.length - 1) * error;
  return { low: mean(values) - half, high: mean(values) + half };
}

/** Few values give a t interval that reaches farther than what it is of can. */
export function cutTo({ low, high }: Interval, least: number, most: number): Interval {
  return { low: Math.max(least, low), high: Math.min(most, high) };
}
