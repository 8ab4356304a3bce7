/** What is searched: named dimensions, some of which exist only where others have certain values. */
import type { Random } from '../data/random.ts';
import type { Json } from '../stages/kind.ts';

export type Value = number | string | boolean;
/** A value for each dimension that is active. */
export type Point = { readonly [name: string]: Value };

/** By name of another dimension, the values that it may have; all must hold. */
export type Condition = ReadonlyMap<string, readonly Value[]>;

export interface Range {
  readonly type: 'int' | 'float';
  readonly low: number;
  readonly high: number;
  /** Null where none is given: an int's is then 1. */
  readonly step: number | null;
  readonly log: boolean;
  readonly when: Condition;
}
export interface Choice {
  readonly type: 'choice';
  readonly values: readonly Value[];
  readonly when: Condition;
}
export type Dimension = Range | Choice;
/** A dimension stands after those that its condition names, else in alphabetical order. */
export type Space = ReadonlyMap<string, Dimension>;

/** The space of a tune stage's params, which its schema has checked. The order in the file never counts. */
export function readSpace(value: Json | undefined): Space {
  const entries = entriesOf(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const read = entries.map(
    ([name, dimension]) => [name, readDimension(new Map(entriesOf(dimension)))] as const,
  );
  return afterConditions(new Map(read));
}

/** Drops what is inactive: a dimension is there when those that it depends on are there with such a value. */
export function activeOnly(space: Space, all: Point): Point {
  const kept = new Map<string, Value>();
  for (const [name, { when }] of space) {
    const value = all[name];
    if (value !== undefined && holds(when, kept)) kept.set(name, value);
  }
  return Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function draw(dimension: Dimension, random: Random): Value {
  if (dimension.type === 'choice') return dimension.values[random.integer(dimension.values.length)] ?? '';
  if (dimension.log) return drawLog(dimension, random);
  const steps = stepsOf(dimension);
  if (steps === null) return random.uniform(dimension.low, dimension.high);
  return atStep(dimension, random.integer(steps + 1));
}

/** All values, ascending, one by one: there may be more than fit into memory. Null for a continuous range. */
export function valuesOf(dimension: Dimension): Iterable<Value> | null {
  if (dimension.type === 'choice') return new Set(dimension.values);
  const steps = placesOf(dimension);
  return steps === null ? null : places(dimension, steps);
}

function* places(range: Range, steps: number): Generator<number> {
  for (let at = 0; at <= steps; at++) yield atStep(range, at);
}

/** Is this one of the values? Of a continuous range none is. */
export function isValueOf(dimension: Dimension, value: Value): boolean {
  if (dimension.type === 'choice') return dimension.values.includes(value);
  const steps = placesOf(dimension);
  if (steps === null || typeof value !== 'number') return false;
  const at = Math.round((value - dimension.low) / (dimension.step ?? 1));
  return at >= 0 && at <= steps && atStep(dimension, at) === value;
}

/** The steps between its values; null where it is continuous. */
function placesOf(range: Range): number | null {
  const { type, low, high, log } = range;
  if (!log) return stepsOf(range);
  return type === 'float' ? null : high - low;
}

/** Every point, one after the other, given each dimension's values; the last dimension changes first. */
export function* pointsOf(space: Space, values: (dimension: Dimension) => Iterable<Value>): Generator<Point> {
  const dimensions = [...space];
  function* from(at: number, chosen: Point): Generator<Point> {
    const [name, dimension] = dimensions[at] ?? [];
    if (name === undefined || dimension === undefined) return yield activeOnly(space, chosen);
    if (!holds(dimension.when, new Map(Object.entries(chosen)))) return yield* from(at + 1, chosen);
    for (const value of values(dimension)) yield* from(at + 1, { ...chosen, [name]: value });
  }
  yield* from(0, {});
}

/** How many points there are, counted no further than `limit`; Infinity where a dimension is continuous. */
export function sizeOf(space: Space, limit = Number.POSITIVE_INFINITY): number {
  if ([...space.values()].some((dimension) => valuesOf(dimension) === null)) return Number.POSITIVE_INFINITY;
  let size = 0;
  for (const _ of pointsOf(space, (dimension) => valuesOf(dimension) ?? [])) {
    size++;
    if (size >= limit) break;
  }
  return size;
}

/**
 * Points that show what a space can lead to: every choice, every value of a range with few, and the ends of every other,
 * each once at least. Each is the first point but for one dimension, and for what that dimension's condition needs.
 */
export function corners(space: Space): Point[] {
  const first = Object.fromEntries([...space].map(([name, dimension]) => [name, shown(dimension)[0] ?? '']));
  const points = [...space].flatMap(([name, dimension]) =>
    shown(dimension).map((value) => activeOnly(space, { ...first, ...needed(space, name), [name]: value })),
  );
  return [...new Map(points.map((point) => [JSON.stringify(point), point])).values()];
}

/** So many that all stages which a number may name (`data: "crops-${trial.size}"`) are among them. */
const fewValues = 16;

/** Values that show what a dimension can be: all of a few, the ends of a range with more. */
export function shown(dimension: Dimension): readonly Value[] {
  if (dimension.type === 'choice') return dimension.values;
  const steps = placesOf(dimension);
  return steps !== null && steps < fewValues
    ? [...places(dimension, steps)]
    : [dimension.low, highest(dimension)];
}

/** A step need not hit the upper end. */
function highest(range: Range): number {
  const steps = stepsOf(range);
  return steps === null ? range.high : atStep(range, steps);
}

/** The number of whole steps in a range; null where it is continuous. */
export function stepsOf({ low, high, step, type }: Range): number | null {
  const size = step ?? (type === 'int' ? 1 : null);
  // (0.5 - 0.1) / 0.1 is a little less than 4.
  return size === null ? null : Math.floor((high - low) / size + 1e-9);
}

/** Rounded, as 0.1 + 2 × 0.1 shall be 0.3. */
export function atStep({ low, step }: Range, at: number): number {
  return Number((low + (step ?? 1) * at).toPrecision(12));
}

/** Even in the logarithm; exp(log(high)) may miss high by a rounding. */
function drawLog({ type, low, high }: Range, random: Random): number {
  const value = Math.exp(random.uniform(Math.log(low), Math.log(high)));
  return Math.min(high, Math.max(low, type === 'int' ? Math.round(value) : value));
}

function holds(when: Condition, values: ReadonlyMap<string, Value>): boolean {
  return [...when].every(([name, allowed]) => {
    const value = values.get(name);
    return value !== undefined && allowed.includes(value);
  });
}

/** Values with which a dimension is active. */
function needed(space: Space, name: string): Point {
  const conditions = [...(space.get(name)?.when ?? [])];
  return Object.assign(
    {},
    ...conditions.map(([other, allowed]) => ({ ...needed(space, other), [other]: allowed[0] ?? '' })),
  );
}

/** In a circle of conditions (which the check refuses) the rest is left out. */
function afterConditions(space: ReadonlyMap<string, Dimension>): Space {
  const ordered = new Map<string, Dimension>();
  for (let before = -1; before < ordered.size; ) {
    before = ordered.size;
    for (const [name, dimension] of space)
      if ([...dimension.when.keys()].every((other) => ordered.has(other))) ordered.set(name, dimension);
  }
  return ordered;
}

function readDimension(given: ReadonlyMap<string, Json>): Dimension {
  const when = new Map(
    entriesOf(given.get('when')).map(([name, allowed]) => [
      name,
      (Array.isArray(allowed) ? allowed : [allowed]).filter(isValue),
    ]),
  );
  const choice = given.get('choice');
  if (Array.isArray(choice)) return { type: 'choice', values: choice.filter(isValue), when };
  const type = given.has('int') ? 'int' : 'float';
  const range = given.get(type);
  const [low = 0, high = 1] = Array.isArray(range) ? range.map(Number) : [];
  const step = given.get('step');
  return {
    type,
    low,
    high,
    step: typeof step === 'number' ? step : null,
    log: given.get('log') === true,
    when,
  };
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isValue(value: Json): value is Value {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
