/** Random search (Bergstra, Bengio: "Random search for hyper-parameter optimization", JMLR 2012). Knows nothing of training. */
import { type Random, randomStream } from '../data/random.ts';
import type { Json } from '../stages/kind.ts';

export type Point = { readonly [name: string]: number | string };

export interface Range {
  readonly type: 'int' | 'float';
  readonly low: number;
  readonly high: number;
  /** Null where none is given: an int's is then 1. */
  readonly step: number | null;
  readonly log: boolean;
}
export type Dimension = Range | { readonly type: 'choice'; readonly values: readonly (number | string)[] };
export type Space = ReadonlyMap<string, Dimension>;

/** A finite space is searched until it is used up; this only ends it where its last points are too unlikely to be drawn. */
const enoughRepeats = 100_000;

/**
 * Distinct points, fewer than asked for where the space holds no more. A value is drawn by the seed, its name and its
 * trial's number alone: more trials keep the earlier ones, and another dimension changes nothing of those there.
 */
export function randomSearch(
  space: Space,
  options: { readonly trials: number; readonly seed: number },
): Point[] {
  const streams = [...space].map(([name, dimension]) => {
    return { name, dimension, stream: randomStream(options.seed, 'tune', `random/${name}`) };
  });
  const wanted = Math.min(options.trials, sizeOf(space));
  const points = new Map<string, Point>();
  let repeats = 0;
  for (let number = 0; points.size < wanted && repeats < enoughRepeats; number++) {
    const values = streams.map(({ name, dimension, stream }) => [
      name,
      draw(dimension, stream.at(0, number)),
    ]);
    const point: Point = Object.fromEntries(values);
    const key = JSON.stringify(point);
    repeats = points.has(key) ? repeats + 1 : 0;
    points.set(key, point);
  }
  return [...points.values()];
}

/** How many points there are; Infinity where a dimension is continuous. */
export function sizeOf(space: Space): number {
  return [...space.values()].reduce((size, dimension) => size * valuesOf(dimension), 1);
}

function valuesOf(dimension: Dimension): number {
  if (dimension.type === 'choice') return new Set(dimension.values).size;
  const { low, high, log, type } = dimension;
  const step = stepOf(dimension);
  if (log) return type === 'int' ? high - low + 1 : Number.POSITIVE_INFINITY;
  return step === null ? Number.POSITIVE_INFINITY : stepsIn(low, high, step) + 1;
}

function draw(dimension: Dimension, random: Random): number | string {
  if (dimension.type === 'choice') return dimension.values[random.integer(dimension.values.length)] ?? '';
  const { low, high, log } = dimension;
  if (log) return drawLog(dimension, random);
  const step = stepOf(dimension);
  if (step === null) return random.uniform(low, high);
  // Rounded, as 0.1 + 2 × 0.1 shall be 0.3.
  return Number((low + step * random.integer(stepsIn(low, high, step) + 1)).toPrecision(12));
}

/** Even in the logarithm; exp(log(high)) may miss high by a rounding. */
function drawLog({ type, low, high }: Range, random: Random): number {
  const value = Math.exp(random.uniform(Math.log(low), Math.log(high)));
  return Math.min(high, Math.max(low, type === 'int' ? Math.round(value) : value));
}

const stepOf = ({ step, type }: Range): number | null => step ?? (type === 'int' ? 1 : null);

/** How often the step fits; (0.5 - 0.1) / 0.1 is a little less than 4. */
const stepsIn = (low: number, high: number, step: number): number => Math.floor((high - low) / step + 1e-9);

/** The space of a tune stage's params, which its schema has checked, by name: their order in the file never counts. */
export function readSpace(value: Json | undefined): Space {
  const entries = entriesOf(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([name, dimension]) => [name, readDimension(new Map(entriesOf(dimension)))]));
}

function readDimension(given: ReadonlyMap<string, Json>): Dimension {
  const choice = given.get('choice');
  if (Array.isArray(choice)) return { type: 'choice', values: choice.filter(isValue) };
  const type = given.has('int') ? 'int' : 'float';
  const range = given.get(type);
  const [low = 0, high = 1] = Array.isArray(range) ? range.map(Number) : [];
  const step = given.get('step');
  return { type, low, high, step: typeof step === 'number' ? step : null, log: given.get('log') === true };
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isValue(value: Json): value is number | string {
  return typeof value === 'string' || typeof value === 'number';
}
