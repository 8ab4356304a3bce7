/** Reads an image through an affine map, bilinearly: scipy.ndimage.affine_transform at order 1, mode by mode. */
import type { Affine } from './affine.ts';
import type { ImageSize } from './size.ts';

export type FillMode = 'nearest' | 'constant' | 'reflect' | 'wrap';

/**
 * How long an array has to be for `warp` to read an image from: what lies to the right of and below the last pixels is read
 * with weight 0, so it may be anything finite, but it has to be there.
 */
export const readableLength = ({ height, width, channels }: ImageSize): number =>
  (height + 1) * width * channels + channels;

/** `from`, an image [height, width, channels] and the rest of `readableLength`, through the map into `to`. */
export function warp(
  from: Float64Array,
  to: Float32Array,
  size: ImageSize,
  matrix: Affine,
  fill: FillMode,
  fillValue: number,
): void {
  if (fill === 'nearest' && size.channels === 3) warpRgbNearest(from, to, size, matrix);
  else warpAny(from, to, size, matrix, fill, fillValue);
}

/** The common case, which runs for every pixel of every epoch: written out, it takes three quarters of the general one's time. */
function warpRgbNearest(
  from: Float64Array,
  to: Float32Array,
  { height, width }: ImageSize,
  [a, b, c, d, e, f]: Affine,
): void {
  const lastRow = height - 1;
  const lastColumn = width - 1;
  const rowLength = (3 * width) | 0;
  for (let y = 0, target = 0; y < height; y++) {
    const rowStart = a * y + c;
    const columnStart = d * y + f;
    for (let x = 0; x < width; x++, target += 3) {
      const row = Math.min(Math.max(rowStart + b * x, 0), lastRow);
      const column = Math.min(Math.max(columnStart + e * x, 0), lastColumn);
      const top = row | 0;
      const left = column | 0;
      const at = (Math.imul(top, rowLength) + Math.imul(left, 3)) | 0;
      const below = (at + rowLength) | 0;
      const lowerRight = (row - top) * (column - left);
      const lowerLeft = row - top - lowerRight;
      const upperRight = column - left - lowerRight;
      const upperLeft = 1 - (row - top) - upperRight;
      to[target] =
        (from[at] ?? 0) * upperLeft +
        (from[at + 3] ?? 0) * upperRight +
        (from[below] ?? 0) * lowerLeft +
        (from[below + 3] ?? 0) * lowerRight;
      to[target + 1] =
        (from[at + 1] ?? 0) * upperLeft +
        (from[at + 4] ?? 0) * upperRight +
        (from[below + 1] ?? 0) * lowerLeft +
        (from[below + 4] ?? 0) * lowerRight;
      to[target + 2] =
        (from[at + 2] ?? 0) * upperLeft +
        (from[at + 5] ?? 0) * upperRight +
        (from[below + 2] ?? 0) * lowerLeft +
        (from[below + 5] ?? 0) * lowerRight;
    }
  }
}

function warpAny(
  from: Float64Array,
  to: Float32Array,
  { height, width, channels }: ImageSize,
  [a, b, c, d, e, f]: Affine,
  fill: FillMode,
  fillValue: number,
): void {
  const rowLength = width * channels;
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < width; x++, target += channels) {
      const row = inside(a * y + c + b * x, height, fill);
      const column = inside(d * y + f + e * x, width, fill);
      if (row < 0 || column < 0) {
        to.fill(fillValue, target, target + channels);
        continue;
      }
      const [v, h] = [row % 1, column % 1];
      const at = (row | 0) * rowLength + (column | 0) * channels;
      for (let i = 0; i < channels; i++) {
        const upper = (from[at + i] ?? 0) * (1 - h) + (from[at + channels + i] ?? 0) * h;
        const lower =
          (from[at + rowLength + i] ?? 0) * (1 - h) + (from[at + rowLength + channels + i] ?? 0) * h;
        to[target + i] = upper * (1 - v) + lower * v;
      }
    }
  }
}

/** Brings a coordinate into [0, side - 1], as ni_interpolation.c's map_coordinate does at order 1; -1 where the constant stands. */
function inside(at: number, side: number, fill: FillMode): number {
  const last = side - 1;
  if (at >= 0 && at <= last) return at;
  if (fill === 'constant') return -1;
  if (fill === 'nearest' || last === 0) return at < 0 ? 0 : last;
  if (fill === 'reflect') {
    const place = modulo(at + 0.5, 2 * side);
    return Math.min(last, Math.max(0, (place < side ? place : 2 * side - place) - 0.5));
  }
  // Its period is a pixel short: the last pixel lies on the first. A whole number of periods below is the last pixel.
  return at < 0 ? at + last * (Math.floor(-at / last) + 1) : at - last * Math.floor(at / last);
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
