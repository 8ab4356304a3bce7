/** Random search (Bergstra, Bengio: "Random search for hyper-parameter optimization", JMLR 2012). */
import { type RandomStream, randomStream } from '../data/random.ts';
import type { Oracle } from './oracle.ts';
import { activeOnly, type Dimension, draw, type Point, type Space, sizeOf } from './space.ts';

/** A finite space is searched until it is used up; this only ends it where its last points are too unlikely to be drawn. */
const enoughRepeats = 100_000;

export function randomSearch(
  space: Space,
  { trials, epochs, seed }: { readonly trials: number; readonly epochs: number; readonly seed: number },
): Oracle {
  const points = randomPoints(space, trials, seed);
  return listed(points.values(), points.length, epochs);
}

/** Points that are known beforehand, one after the other. */
export function listed(points: Iterator<Point>, trials: number, epochs: number): Oracle {
  let trial = 0;
  return {
    trials,
    epochs: trials * epochs,
    next: () => {
      const { done, value } = points.next();
      return done ? 'done' : { trial: ++trial, point: value, epochs };
    },
    tell: () => {},
  };
}

/**
 * Distinct points, fewer than asked for where the space holds no more. A value is drawn by the seed, its name and its
 * trial's number alone: more trials keep the earlier ones, and another dimension changes nothing of those there.
 */
export function randomPoints(space: Space, count: number, seed: number): Point[] {
  const drawn = randomDraws(space, seed);
  const wanted = Math.min(count, sizeOf(space, count));
  const points = new Map<string, Point>();
  let repeats = 0;
  while (points.size < wanted && repeats < enoughRepeats) {
    const point = drawn();
    const key = JSON.stringify(point);
    repeats = points.has(key) ? repeats + 1 : 0;
    points.set(key, point);
  }
  return [...points.values()];
}

/** One point after the other, without end. */
export function randomDraws(space: Space, seed: number): () => Point {
  const streams: [string, Dimension, RandomStream][] = [...space].map(([name, dimension]) => [
    name,
    dimension,
    randomStream(seed, 'tune', `random/${name}`),
  ]);
  let number = 0;
  return () => {
    const place = number++;
    const all = streams.map(([name, dimension, stream]) => [name, draw(dimension, stream.at(0, place))]);
    return activeOnly(space, Object.fromEntries(all));
  };
}
