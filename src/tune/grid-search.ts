/** Every combination of the dimensions' values, in alphabetical order of their names; the last changes first. */
import type { Oracle } from './oracle.ts';
import { listed } from './random-search.ts';
import { type Dimension, type Point, pointsOf, type Space, type Value, valuesOf } from './space.ts';

/** A continuous range is taken at `values` places, its ends among them, even in the logarithm where it is logarithmic. */
export function gridSearch(
  space: Space,
  { values, epochs }: { readonly values: number; readonly epochs: number },
): Oracle {
  return listed(pointsIn(space, values), gridSize(space, values), epochs);
}

/** Its points, counted no further than `limit`. */
export function gridSize(space: Space, values: number, limit = Number.POSITIVE_INFINITY): number {
  let size = 0;
  for (const _ of pointsIn(space, values)) {
    size++;
    if (size >= limit) break;
  }
  return size;
}

const pointsIn = (space: Space, values: number): Generator<Point> =>
  pointsOf(space, (dimension) => valuesOf(dimension) ?? spaced(dimension, values));

function* spaced(dimension: Dimension, count: number): Generator<Value> {
  if (dimension.type === 'choice') return yield* dimension.values;
  const { low, high, log } = dimension;
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  for (let i = 0; i < count; i++) {
    const at = count === 1 ? (from + to) / 2 : from + ((to - from) * i) / (count - 1);
    const value = Number((log ? Math.exp(at) : at).toPrecision(12));
    yield Math.min(high, Math.max(low, value));
  }
}
