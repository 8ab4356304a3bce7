/** Reads an image through an affine map, bilinearly: scipy.ndimage.affine_transform at order 1, mode by mode. */
import type { Affine } from './affine.ts';
import type { ImageSize } from './size.ts';

export type FillMode = 'nearest' | 'constant' | 'reflect' | 'wrap';

/**
 * `from` through the map into `to`, both [height, width, channels]. The inner loop runs for every pixel of every
 * epoch: plain local numbers, no calls in the common case.
 */
export function warp(
  from: Float64Array,
  to: Float32Array,
  { height, width, channels }: ImageSize,
  [a, b, c, d, e, f]: Affine,
  fill: FillMode,
  fillValue: number,
): void {
  const lastRow = height - 1;
  const lastColumn = width - 1;
  const rowLength = width * channels;
  const nearest = fill === 'nearest';
  for (let y = 0, target = 0; y < height; y++) {
    const rowStart = a * y + c;
    const columnStart = d * y + f;
    for (let x = 0; x < width; x++) {
      let row = rowStart + b * x;
      let column = columnStart + e * x;
      if (!nearest && (row < 0 || row > lastRow || column < 0 || column > lastColumn)) {
        if (fill === 'constant') {
          for (let i = 0; i < channels; i++) to[target++] = fillValue;
          continue;
        }
        row = folded(row, height, fill);
        column = folded(column, width, fill);
      }
      row = Math.min(Math.max(row, 0), lastRow);
      column = Math.min(Math.max(column, 0), lastColumn);
      const top = row | 0;
      const left = column | 0;
      const v = row - top;
      const h = column - left;
      const right = left < lastColumn ? channels : 0;
      const below = top < lastRow ? rowLength : 0;
      let at = (top * rowLength + left * channels) | 0;
      for (let i = 0; i < channels; i++, at++) {
        const corner = from[at] ?? 0;
        const lower = from[at + below] ?? 0;
        const upperMix = corner + ((from[at + right] ?? 0) - corner) * h;
        const lowerMix = lower + ((from[at + below + right] ?? 0) - lower) * h;
        to[target++] = upperMix + (lowerMix - upperMix) * v;
      }
    }
  }
}

/** Brings a coordinate into [0, side - 1], as ni_interpolation.c's map_coordinate does at order 1. */
function folded(at: number, side: number, fill: 'reflect' | 'wrap'): number {
  const last = side - 1;
  if (at >= 0 && at <= last) return at;
  if (last === 0) return 0;
  if (fill === 'reflect') {
    const place = modulo(at + 0.5, 2 * side);
    return Math.min(last, Math.max(0, (place < side ? place : 2 * side - place) - 0.5));
  }
  // Its period is a pixel short: the last pixel lies on the first. A whole number of periods below is the last pixel.
  return at < 0 ? at + last * (Math.floor(-at / last) + 1) : at - last * Math.floor(at / last);
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
