/** Operations that mix examples of a batch, and their labels with them. */
import type { Random } from '../data/random.ts';
import type { OperationOf } from './operations.ts';
import type { ImageSize } from './size.ts';

/** What a batch holds, changed in place. */
export interface MixedBatch {
  /** float32 [rows, height, width, channels]. */
  readonly x: Float32Array;
  /** float32 [rows, classes]: each row's shares add up to 1. */
  readonly y: Float32Array;
  readonly rows: number;
}

/** `randomOf` gives each row its own draws; null leaves the row as it is. */
export type MixOperation = (batch: MixedBatch, randomOf: (i: number) => Random | null) => void;

export function mixup({ alpha }: OperationOf<'mixup'>): MixOperation {
  return (batch, randomOf) => {
    eachPair(batch, randomOf, (random, own, other) => {
      const share = beta(alpha, random);
      blend(own.x, other.x, share);
      blend(own.y, other.y, share);
    });
  };
}

export function cutmix({ alpha }: OperationOf<'cutmix'>, size: ImageSize): MixOperation {
  const { height, width, channels } = size;
  return (batch, randomOf) => {
    eachPair(batch, randomOf, (random, own, other) => {
      const side = Math.sqrt(1 - beta(alpha, random));
      const [top, bottom] = stretch(random.integer(height), height, side);
      const [left, right] = stretch(random.integer(width), width, side);
      for (let y = top; y < bottom; y++) {
        const [from, to] = [(y * width + left) * channels, (y * width + right) * channels];
        own.x.set(other.x.subarray(from, to), from);
      }
      // By the area that was covered: at the border it is less than what was drawn.
      blend(own.y, other.y, 1 - ((bottom - top) * (right - left)) / (height * width));
    });
  };
}

interface Example {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Calls `mix` with each row that is mixed and, as it was before anything was mixed, another (or the same) of the batch. */
function eachPair(
  batch: MixedBatch,
  randomOf: (i: number) => Random | null,
  mix: (random: Random, own: Example, other: Example) => void,
): void {
  const before = { x: batch.x.slice(), y: batch.y.slice(), rows: batch.rows };
  for (let i = 0; i < batch.rows; i++) {
    const random = randomOf(i);
    if (random) mix(random, exampleOf(batch, i), exampleOf(before, random.integer(batch.rows)));
  }
}

function exampleOf({ x, y, rows }: MixedBatch, i: number): Example {
  const [size, classes] = [x.length / rows, y.length / rows];
  return { x: x.subarray(i * size, (i + 1) * size), y: y.subarray(i * classes, (i + 1) * classes) };
}

function blend(own: Float32Array, other: Float32Array, share: number): void {
  for (let i = 0; i < own.length; i++) own[i] = share * (own[i] ?? 0) + (1 - share) * (other[i] ?? 0);
}

/** A stretch about `centre` that is `part` of the side long, as far as it lies within. */
function stretch(centre: number, side: number, part: number): [from: number, to: number] {
  const half = Math.floor((side * part) / 2);
  return [Math.max(0, centre - half), Math.min(side, centre + half)];
}

/** Beta(alpha, alpha), from two gamma variates. */
function beta(alpha: number, random: Random): number {
  const a = gamma(alpha, random);
  const b = gamma(alpha, random);
  // Both are 0 in float64 only for an alpha near 0, where the distribution is all at 0 and 1.
  return a + b > 0 ? a / (a + b) : Math.round(random.uniform());
}

/** Gamma(shape, 1), by Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
