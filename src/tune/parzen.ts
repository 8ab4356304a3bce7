/**
 * A Parzen estimator over a space: a mixture of one kernel an observation, each a product over the dimensions, and of
 * the prior, which is even over the space. A dimension that an observation lacks (it was inactive) has the prior's kernel.
 */
import type { Random } from '../data/random.ts';
import { activeOnly, atStep, type Point, type Range, type Space, stepsOf, type Value } from './space.ts';

export interface Parzen {
  sample(random: Random): Point;
  logDensity(point: Point): number;
}

export function parzen(space: Space, observed: readonly Point[]): Parzen {
  const count = observed.length;
  const dimensions = [...space].map(([name, dimension]) => ({
    name,
    kernel:
      dimension.type === 'choice'
        ? choiceKernel(dimension.values, observed, name)
        : rangeKernel(dimension, observed, name),
  }));
  return {
    sample: (random) => {
      const chosen = random.integer(count + 1);
      return activeOnly(
        space,
        Object.fromEntries(dimensions.map(({ name, kernel }) => [name, kernel.sample(chosen, random)])),
      );
    },
    logDensity: (point) => {
      const logs = new Float64Array(count + 1).fill(-Math.log(count + 1));
      for (const { name, kernel } of dimensions) {
        const value = point[name];
        if (value !== undefined) kernel.addLogDensities(value, logs);
      }
      return logSumExp(logs);
    },
  };
}

interface Kernel {
  /** From the kernel of observation `at`, or of the prior where `at` is past the last. */
  sample(at: number, random: Random): Value;
  /** Adds each kernel's logarithm at `value`, the prior's last. */
  addLogDensities(value: Value, logs: Float64Array): void;
}

/** Aitchison and Aitken's kernel in the form of counts: one for the observed value, and a share of the prior's one. */
function choiceKernel(all: readonly Value[], observed: readonly Point[], name: string): Kernel {
  const values = [...new Set(all)];
  const count = observed.length;
  const other = 1 / (count + 1) / (1 + values.length / (count + 1));
  const same = (1 + 1 / (count + 1)) / (1 + values.length / (count + 1));
  const even = Math.log(1 / values.length);
  return {
    sample: (at, random) => {
      const own = observed[at]?.[name];
      if (own !== undefined && random.uniform() < same - other) return own;
      return values[random.integer(values.length)] ?? '';
    },
    addLogDensities: (value, logs) => {
      for (const [i, point] of observed.entries()) {
        const own = point[name];
        logs[i] = (logs[i] ?? 0) + (own === undefined ? even : Math.log(own === value ? same : other));
      }
      logs[count] = (logs[count] ?? 0) + even;
    },
  };
}

/** Normal, cut off at the ends of the range; for a range of steps, the part of it that falls to each. */
function rangeKernel(range: Range, observed: readonly Point[], name: string): Kernel {
  const scale = scaleOf(range);
  const { from, to } = scale;
  const count = observed.length;
  const known = observed.map((point) => {
    const value = point[name];
    return typeof value === 'number' ? scale.place(value) : null;
  });
  // NaN for what is unknown: this is what a search's own time goes into.
  const centres = Float64Array.from(known, (centre) => centre ?? Number.NaN);
  const widths = Float64Array.from(bandwidths(known, scale));
  const logMass = centres.map((centre, i) => logBetween(from, to, centre, widths[i] ?? 1));
  const logPeak = widths.map((width, i) => Math.log(width * Math.sqrt(2 * Math.PI)) + (logMass[i] ?? 0));

  function addContinuous(place: number, prior: number, logs: Float64Array): void {
    for (let i = 0; i < count; i++) {
      const z = (place - (centres[i] ?? 0)) / (widths[i] ?? 1);
      const log = Number.isNaN(z) ? prior : -0.5 * z * z - (logPeak[i] ?? 0);
      logs[i] = (logs[i] ?? 0) + log;
    }
  }

  function addStep(low: number, high: number, prior: number, logs: Float64Array): void {
    for (let i = 0; i < count; i++) {
      const centre = centres[i] ?? 0;
      const log = Number.isNaN(centre)
        ? prior
        : logBetween(low, high, centre, widths[i] ?? 1) - (logMass[i] ?? 0);
      logs[i] = (logs[i] ?? 0) + log;
    }
  }

  return {
    sample: (at, random) => {
      const centre = known[at] ?? null;
      if (centre === null) return scale.value(random.uniform(from, to));
      for (;;) {
        const place = centre + (widths[at] ?? 1) * random.normal();
        if (place >= from && place <= to) return scale.value(place);
      }
    },
    addLogDensities: (value, logs) => {
      const [low, high] = scale.cell(Number(value));
      const prior = Math.log((low === high ? 1 : high - low) / (to - from));
      if (low === high) addContinuous(low, prior, logs);
      else addStep(low, high, prior, logs);
      logs[count] = (logs[count] ?? 0) + prior;
    },
  };
}

/**
 * The distance to the farther neighbour (Bergstra et al.), at least a part of the range that shrinks with the number of
 * observations, so that no kernel holds its own observation alone.
 */
function bandwidths(centres: readonly (number | null)[], { from, to, finest }: Scale): number[] {
  const sorted = centres
    .flatMap((centre, i) => (centre === null ? [] : [{ centre, i }]))
    .sort((a, b) => a.centre - b.centre);
  const least = Math.max(finest, (to - from) / Math.min(100, sorted.length + 2));
  const widths = new Array<number>(centres.length).fill(to - from);
  for (const [at, { centre, i }] of sorted.entries()) {
    if (sorted.length === 1) continue;
    const left = centre - (sorted[at - 1]?.centre ?? centre);
    const right = (sorted[at + 1]?.centre ?? centre) - centre;
    widths[i] = Math.max(left, right, least);
  }
  return widths;
}

interface Scale {
  readonly from: number;
  readonly to: number;
  /** Half a step: a narrower kernel would see no neighbour. */
  readonly finest: number;
  place(value: number): number;
  value(place: number): number;
  /** The stretch that belongs to a value; both ends the same where values are continuous. */
  cell(value: number): readonly [number, number];
}

function scaleOf(range: Range): Scale {
  const { low, high, log } = range;
  const [place, back] = log ? [Math.log, Math.exp] : [(value: number) => value, (at: number) => at];
  const steps = log && range.type === 'float' ? null : log ? high - low : stepsOf(range);
  if (steps === null) {
    const within = (value: number): number => Math.min(high, Math.max(low, value));
    return {
      from: place(low),
      to: place(high),
      finest: 0,
      place,
      value: (at) => within(back(at)),
      cell: (value) => [place(value), place(value)],
    };
  }
  const half = (range.step ?? 1) / 2;
  const last = atStep(range, steps);
  const nearest = (value: number): number =>
    atStep(range, Math.min(steps, Math.max(0, Math.round((value - low) / (2 * half)))));
  return {
    from: place(low - half),
    to: place(last + half),
    finest: log ? 0 : half,
    place,
    value: (at) => nearest(back(at)),
    cell: (value) => [place(value - half), place(value + half)],
  };
}

/** The logarithm of what a normal distribution has between two places. */
function logBetween(low: number, high: number, centre: number, width: number): number {
  return Math.log(
    Math.max(normalCdf((high - centre) / width) - normalCdf((low - centre) / width), Number.MIN_VALUE),
  );
}

/** Abramowitz, Stegun: "Handbook of mathematical functions", 26.2.17: within 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}

function logSumExp(logs: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const log of logs) if (log > most) most = log;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - most);
  return most + Math.log(sum);
}
