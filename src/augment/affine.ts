/** Rotation, shift, shear and zoom as one affine map about the image's centre, drawn as Keras' ImageDataGenerator draws them. */
import type { Random } from '../data/random.ts';
import type { OperationOf } from './operations.ts';
import type { ImageOperation, ImageSize } from './size.ts';
import { readableLength, warp } from './warp.ts';

export interface Geometry {
  /** Degrees. */
  readonly rotation: number;
  /** Pixels. */
  readonly across: number;
  readonly down: number;
  /** Degrees. */
  readonly shear: number;
  readonly zoomAcross: number;
  readonly zoomDown: number;
}

/** [a, b, c, d, e, f]: source row = a·row + b·column + c, source column = d·row + e·column + f. */
export type Affine = readonly [number, number, number, number, number, number];

export function affine(operation: OperationOf<'affine'>, size: ImageSize): ImageOperation {
  const before = new Float64Array(readableLength(size));
  return (image, random) => {
    before.set(image);
    const matrix = affineMatrix(drawGeometry(operation, size, random), size);
    warp(before, image, size, matrix, operation.fill, operation.fillValue);
  };
}

/**
 * Keras' order: rotation · shift · shear · zoom, in coordinates (across, down). There the centre and the two shifts are
 * taken for each other's axes (keras/src/legacy/preprocessing/image.py, "if col_axis > row_axis"), which shows where an
 * image isn't square or the shifts differ; here they are what their names say.
 */
export function affineMatrix(g: Geometry, { height, width }: ImageSize): Affine {
  const theta = (g.rotation * Math.PI) / 180;
  const shear = (g.shear * Math.PI) / 180;
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
  const [shearCos, shearSin] = [Math.cos(shear), Math.sin(shear)];
  // Columns of rotation · shear · zoom; the shift is turned by the rotation alone.
  const [xx, yx] = [cos * g.zoomAcross, sin * g.zoomAcross];
  const xy = (-cos * shearSin - sin * shearCos) * g.zoomDown;
  const yy = (-sin * shearSin + cos * shearCos) * g.zoomDown;
  const [across, down] = [cos * g.across - sin * g.down, sin * g.across + cos * g.down];
  const [x, y] = [width / 2 - 0.5, height / 2 - 0.5];
  return [yy, yx, down + y - yx * x - yy * y, xy, xx, across + x - xx * x - xy * y];
}

/** Always draws the same numbers in the same order, so that one option's change leaves the others' draws as they are. */
function drawGeometry(o: OperationOf<'affine'>, { height, width }: ImageSize, random: Random): Geometry {
  const rotation = random.uniform(-o.rotation, o.rotation);
  const across = drawShift(o.widthShift, width, random);
  const down = drawShift(o.heightShift, height, random);
  const shear = random.uniform(-o.shear, o.shear);
  const [low, high] = typeof o.zoom === 'number' ? [1 - o.zoom, 1 + o.zoom] : o.zoom;
  const zoomAcross = random.uniform(low, high);
  return { rotation, across, down, shear, zoomAcross, zoomDown: random.uniform(low, high) };
}

/** One number is drawn in each case. What is below 1 is a fraction of the side. */
function drawShift(shift: number | readonly number[], side: number, random: Random): number {
  const u = random.uniform(-1, 1);
  if (typeof shift === 'number' && shift < 1) return u * shift * side;
  if (typeof shift === 'number' && !Number.isInteger(shift)) return u * shift;
  const choices = typeof shift === 'number' ? Array.from({ length: shift }, (_, pixels) => pixels) : shift;
  const chosen = choices[Math.floor(Math.abs(u) * choices.length)] ?? 0;
  const pixels = Math.max(...choices) < 1 ? chosen * side : chosen;
  return u < 0 ? -pixels : pixels;
}
