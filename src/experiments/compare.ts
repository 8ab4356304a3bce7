/** Evaluations side by side: what differs, and whether it can be told from chance. */
import {
  bootstrapDifference,
  countPaired,
  cutTo,
  holm,
  type Interval,
  mcNemar,
  mean,
  pairedT,
  rounding,
  welch,
} from './statistics.ts';

/** One evaluation of one trained network. */
export interface Scored {
  /** Whatever tells repetitions of one setting apart: null where nothing is known of it. */
  readonly seed: string | null;
  readonly accuracy: number;
  /** How many examples that is of; null where the cache no longer says. */
  readonly rows: number | null;
  readonly predictions: null | {
    /** The same for the same examples in the same order; null where nothing says which they were. */
    readonly examples: string | null;
    readonly right: readonly boolean[];
  };
}

/** A setting, trained once or with several seeds. */
export interface Side {
  readonly label: string;
  readonly scores: readonly Scored[];
}

export type Method = 'McNemar' | 'paired t' | 'Welch' | 'none';

export interface Comparison {
  readonly first: string;
  readonly second: string;
  /** The second's mean accuracy less the first's. */
  readonly difference: number;
  readonly method: Method;
  /** Of the difference, 95 %. */
  readonly interval: Interval | null;
  readonly p: number | null;
  /** p after Holm's correction over all comparisons that were made together. */
  readonly corrected: number | null;
  readonly seeds: readonly [number, number];
  /** Examples that only the first, only the second got right, where the same ones were predicted once a side. */
  readonly changed: readonly [number, number] | null;
  readonly verdict: 'better' | 'worse' | 'undecided' | 'same';
}

/** Each side against the first. */
export function compareSides(sides: readonly Side[]): Comparison[] {
  const [first, ...others] = sides;
  if (!first) return [];
  const made = others.map((second) => comparePair(first, second));
  const tested = made.flatMap(({ p }) => (p === null ? [] : [p]));
  const corrected = holm(tested);
  return made.map((one) => {
    const own = one.p === null ? null : (corrected.shift() ?? null);
    return { ...one, corrected: own, verdict: verdictOf(one.difference, own) };
  });
}

const level = 0.05;

function verdictOf(difference: number, corrected: number | null): Comparison['verdict'] {
  if (difference === 0 && (corrected === null || corrected === 1)) return 'same';
  if (corrected === null || corrected >= level) return 'undecided';
  return difference > 0 ? 'better' : 'worse';
}

type Untold = Omit<Comparison, 'corrected' | 'verdict'>;

function comparePair(first: Side, second: Side): Untold {
  const [a, b] = [first.scores.map((one) => one.accuracy), second.scores.map((one) => one.accuracy)];
  const difference = mean(b) - mean(a);
  const common = {
    first: first.label,
    second: second.label,
    difference: Math.abs(difference) < rounding ? 0 : difference,
    seeds: [a.length, b.length] as const,
    changed: null,
  };
  if (a.length === 1 && b.length === 1) return oncePerSide(common, first, second);
  if (a.length < 2 || b.length < 2) return { ...common, method: 'none', interval: null, p: null };
  const pairs = bySeed(first, second);
  const test = pairs ? pairedT(...pairs) : welch(a, b);
  if (!test) return { ...common, method: 'none', interval: null, p: null };
  const interval = cutTo(test.interval, -1, 1);
  return { ...common, method: pairs ? 'paired t' : 'Welch', interval, p: test.p };
}

function oncePerSide(common: Omit<Untold, 'method' | 'interval' | 'p'>, first: Side, second: Side): Untold {
  const [a, b] = [first.scores[0]?.predictions, second.scores[0]?.predictions];
  if (!a || !b || !sameExamples(a, b)) return { ...common, method: 'none', interval: null, p: null };
  const pair = countPaired(a.right, b.right);
  return {
    ...common,
    method: 'McNemar',
    interval: bootstrapDifference(pair),
    p: mcNemar(pair),
    changed: [pair.onlyFirst, pair.onlySecond],
  };
}

/** Were they made on the same examples? What is not known to be the same is not compared one by one. */
export const sameExamples = (
  a: NonNullable<Scored['predictions']>,
  b: NonNullable<Scored['predictions']>,
): boolean => a.examples !== null && a.examples === b.examples;

/** Both sides' accuracies in the order of their seeds, where these are the same ones; else null. */
function bySeed(first: Side, second: Side): [number[], number[]] | null {
  const sorted = (side: Side): Scored[] =>
    [...side.scores].sort((x, y) => ((x.seed ?? '') < (y.seed ?? '') ? -1 : 1));
  const [a, b] = [sorted(first), sorted(second)];
  const distinct = new Set(a.map((one) => one.seed)).size === a.length;
  const same = a.length === b.length && a.every((one, i) => one.seed !== null && one.seed === b[i]?.seed);
  return distinct && same ? [a.map((one) => one.accuracy), b.map((one) => one.accuracy)] : null;
}

/** What the numbers say, in words, and no more; what they can't say, once. */
export function sayComparisons(comparisons: readonly Comparison[]): string[] {
  const limited = new Set(comparisons.map(limits).filter((text) => text !== ''));
  return [...comparisons.map(sayComparison), ...limited];
}

function sayComparison(one: Comparison): string {
  if (one.changed && one.changed[0] + one.changed[1] === 0)
    return `${one.second} and ${one.first} get the same examples right.`;
  const size = `${Math.abs(one.difference * 100).toFixed(2)} points`;
  const side = one.difference >= 0 ? 'above' : 'below';
  const apart = one.difference === 0 ? 'is as accurate as' : `is ${size} ${side}`;
  return `${one.second} ${apart} ${one.first}${intervalText(one.interval)}. ${testText(one)}`.trim();
}

function intervalText(interval: Interval | null): string {
  if (!interval) return '';
  const text = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(2)}`;
  return ` (95% interval ${text(interval.low)} to ${text(interval.high)})`;
}

function testText({ method, p, corrected, verdict, changed, seeds }: Comparison): string {
  if (method === 'none' || p === null) return '';
  const shown =
    corrected !== null && corrected !== p
      ? `${pText(p)}, ${pText(corrected)} after Holm's correction`
      : pText(p);
  const name =
    method === 'McNemar'
      ? `McNemar's exact test on ${(changed?.[0] ?? 0) + (changed?.[1] ?? 0)} changed predictions`
      : `${method === 'Welch' ? "Welch's t-test" : 'the paired t-test'} over ${seeds[0]} and ${seeds[1]} seeds`;
  const meaning =
    verdict === 'better' || verdict === 'worse'
      ? 'more than chance explains'
      : 'no more than chance may give';
  return `By ${name} that is ${meaning} (${shown}).`;
}

export const pText = (p: number): string =>
  p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(p < 0.01 || p.toFixed(3) === level.toFixed(3) ? 4 : 3)}`;

function limits({ method, seeds }: Comparison): string {
  const once = seeds[0] === 1 && seeds[1] === 1;
  if (once && method === 'McNemar')
    return 'With one seed a side this tells two trained networks apart on these examples; it cannot say that the setting is better: another seed may move either by as much.';
  if (once)
    return 'With one seed a side and no predictions on the same examples, this difference is not tested: neither seeds nor examples can be paired.';
  if (method === 'none' && seeds[0] > 1 && seeds[1] > 1)
    return 'Over these seeds a difference does not vary at all, so how much it would over others is unknown: it gets neither an interval nor a test.';
  if (method === 'none')
    return 'One side has a single seed: how much seeds vary there is unknown, so nothing is tested.';
  return '';
}

/** A cell's name without its seed, and the seed: `train[augment=none,seed=1]` → `train[augment=none]`, `1`. */
export function splitSeed(name: string): { label: string; seed: string | null } {
  const cell = /^(.*)\[(.*)\]$/.exec(name);
  if (!cell) return { label: name, seed: null };
  const axes = (cell[2] ?? '').split(',');
  const seed = axes.find((axis) => axis.startsWith('seed='))?.slice('seed='.length) ?? null;
  const others = axes.filter((axis) => !axis.startsWith('seed='));
  return { label: others.length === 0 ? (cell[1] ?? name) : `${cell[1]}[${others.join(',')}]`, seed };
}

/** Cells that differ by nothing but their seed are one side; the order is that of their first. */
export function sidesOf(
  scored: readonly { readonly name: string; readonly score: Omit<Scored, 'seed'> }[],
): Side[] {
  const sides = new Map<string, Scored[]>();
  for (const { name, score } of scored) {
    const { label, seed } = splitSeed(name);
    sides.set(label, [...(sides.get(label) ?? []), { ...score, seed }]);
  }
  return [...sides].map(([label, scores]) => ({ label, scores }));
}
