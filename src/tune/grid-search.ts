/** Every combination of the dimensions' values, in alphabetical order of their names; the last changes first. */
import type { Oracle } from './oracle.ts';
import { listed } from './random-search.ts';
import { type Dimension, pointsOf, type Space, type Value, valuesOf } from './space.ts';

/** A continuous range is taken at `values` places, its ends among them, even in the logarithm where it is logarithmic. */
export function gridSearch(
  space: Space,
  { values, epochs }: { readonly values: number; readonly epochs: number },
): Oracle {
  return listed(
    [...pointsOf(space, (dimension) => valuesOf(dimension) ?? spaced(dimension, values))],
    epochs,
  );
}

function spaced(dimension: Dimension, count: number): Value[] {
  if (dimension.type === 'choice') return [...dimension.values];
  const { low, high, log } = dimension;
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  return Array.from({ length: count }, (_, i) => {
    const at = count === 1 ? (from + to) / 2 : from + ((to - from) * i) / (count - 1);
    const value = Number((log ? Math.exp(at) : at).toPrecision(12));
    return Math.min(high, Math.max(low, value));
  });
}
