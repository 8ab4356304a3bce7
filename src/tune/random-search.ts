/** Random search (Bergstra, Bengio: "Random search for hyper-parameter optimization", JMLR 2012). Knows nothing of training. */
import { type Random, randomStream } from '../data/random.ts';
import type { Json } from '../stages/kind.ts';

export type Point = { readonly [name: string]: number | string };

export type Dimension =
  | {
      readonly type: 'int' | 'float';
      readonly low: number;
      readonly high: number;
      readonly step: number | null;
      readonly log: boolean;
    }
  | { readonly type: 'choice'; readonly values: readonly (number | string)[] };
export type Space = ReadonlyMap<string, Dimension>;

/** So many draws in a row that were tried before mean that the space holds no more points. */
const enoughRepeats = 100;

/** Distinct points. More trials keep the earlier ones: a trial's draws depend on its number and the seed alone. */
export function randomSearch(
  space: Space,
  options: { readonly trials: number; readonly seed: number },
): Point[] {
  const points = new Map<string, Point>();
  const stream = randomStream(options.seed, 'tune', 'random');
  let repeats = 0;
  for (let number = 0; points.size < options.trials && repeats < enoughRepeats; number++) {
    const random = stream.at(0, number);
    const point = Object.fromEntries([...space].map(([name, dimension]) => [name, draw(dimension, random)]));
    const key = JSON.stringify(point);
    repeats = points.has(key) ? repeats + 1 : 0;
    points.set(key, point);
  }
  return [...points.values()];
}

function draw(dimension: Dimension, random: Random): number | string {
  if (dimension.type === 'choice') return dimension.values[random.integer(dimension.values.length)] ?? '';
  const { low, high, log } = dimension;
  const step = dimension.step ?? (dimension.type === 'int' ? 1 : null);
  if (log) {
    const value = Math.exp(random.uniform(Math.log(low), Math.log(high)));
    return dimension.type === 'int' ? Math.min(high, Math.max(low, Math.round(value))) : value;
  }
  if (step === null) return random.uniform(low, high);
  // Rounded to the step's decimals: 0.1 + 2 × 0.1 shall be 0.3.
  const steps = Math.floor((high - low) / step + 1e-9);
  return Number((low + step * random.integer(steps + 1)).toPrecision(12));
}

/** The space of a tune stage's params, which its schema has checked. */
export function readSpace(value: Json | undefined): Space {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return new Map(
    entries.map(([name, dimension]) => [
      name,
      readDimension(
        new Map(Object.entries(typeof dimension === 'object' && dimension !== null ? dimension : {})),
      ),
    ]),
  );
}

function readDimension(given: ReadonlyMap<string, Json>): Dimension {
  const choice = given.get('choice');
  if (Array.isArray(choice))
    return {
      type: 'choice',
      values: choice.flatMap((one) => (typeof one === 'string' || typeof one === 'number' ? [one] : [])),
    };
  const type = given.has('int') ? 'int' : 'float';
  const range = given.get(type);
  const [low, high] = Array.isArray(range) ? range.map(Number) : [];
  const step = given.get('step');
  return {
    type,
    low: low ?? 0,
    high: high ?? 1,
    step: typeof step === 'number' ? step : null,
    log: given.get('log') === true,
  };
}
