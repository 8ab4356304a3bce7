/** One inverse affine warp a pixel, as Keras' apply_affine_transform does through scipy.ndimage at order 1. */
export type FillMode = 'nearest' | 'constant' | 'reflect' | 'wrap';

export interface Geometry {
  /** Degrees. */
  readonly rotation: number;
  /** Pixels. */
  readonly down: number;
  readonly across: number;
  /** Degrees. */
  readonly shear: number;
  readonly zoomDown: number;
  readonly zoomAcross: number;
}

/** [a, b, c, d, e, f]: source row = a·row + b·column + c, source column = d·row + e·column + f. */
export type Affine = readonly [number, number, number, number, number, number];

/** Keras' order: rotation · shift · shear · zoom, about the centre (height/2 - 0.5, width/2 - 0.5). */
export function affineMatrix(g: Geometry, height: number, width: number): Affine {
  const theta = (g.rotation * Math.PI) / 180;
  const shear = (g.shear * Math.PI) / 180;
  const rotation: Affine = [Math.cos(theta), -Math.sin(theta), 0, Math.sin(theta), Math.cos(theta), 0];
  const shift: Affine = [1, 0, g.down, 0, 1, g.across];
  const sheared: Affine = [1, -Math.sin(shear), 0, 0, Math.cos(shear), 0];
  const zoom: Affine = [g.zoomDown, 0, 0, 0, g.zoomAcross, 0];
  const [a, b, c, d, e, f] = [shift, sheared, zoom].reduce(compose, rotation);
  const [row, column] = [height / 2 - 0.5, width / 2 - 0.5];
  return [a, b, c + row - a * row - b * column, d, e, f + column - d * row - e * column];
}

function compose(m: Affine, n: Affine): Affine {
  const [a, b, c, d, e, f] = m;
  return [
    a * n[0] + b * n[3],
    a * n[1] + b * n[4],
    a * n[2] + b * n[5] + c,
    d * n[0] + e * n[3],
    d * n[1] + e * n[4],
    d * n[2] + e * n[5] + f,
  ];
}

/** Reads `from` through the map into `to`, bilinearly. Both are [height, width, channels]. */
export function warp(
  from: Float32Array,
  to: Float32Array,
  size: { height: number; width: number; channels: number },
  matrix: Affine,
  fill: FillMode,
  fillValue: number,
): void {
  const { height, width, channels } = size;
  const [a, b, c, d, e, f] = matrix;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = inside(a * y + b * x + c, height, fill);
      const column = inside(d * y + e * x + f, width, fill);
      const target = (y * width + x) * channels;
      if (row < 0 || column < 0) to.fill(fillValue, target, target + channels);
      else mix(from, to, row, column, height, width, channels, target);
    }
  }
}

function mix(
  from: Float32Array,
  to: Float32Array,
  row: number,
  column: number,
  height: number,
  width: number,
  channels: number,
  target: number,
): void {
  const top = Math.floor(row);
  const left = Math.floor(column);
  const bottom = Math.min(top + 1, height - 1);
  const right = Math.min(left + 1, width - 1);
  const v = row - top;
  const h = column - left;
  for (let channel = 0; channel < channels; channel++) {
    const upper =
      (from[(top * width + left) * channels + channel] ?? 0) * (1 - h) +
      (from[(top * width + right) * channels + channel] ?? 0) * h;
    const lower =
      (from[(bottom * width + left) * channels + channel] ?? 0) * (1 - h) +
      (from[(bottom * width + right) * channels + channel] ?? 0) * h;
    to[target + channel] = upper * (1 - v) + lower * v;
  }
}

/** Brings a coordinate into [0, side - 1] as scipy's modes do; -1 where the fill value stands. */
function inside(at: number, side: number, fill: FillMode): number {
  if (at >= 0 && at <= side - 1) return at;
  switch (fill) {
    case 'nearest':
      return at < 0 ? 0 : side - 1;
    case 'constant':
      return -1;
    case 'reflect': {
      const period = 2 * side;
      const folded = (((at + 0.5) % period) + period) % period;
      return Math.min(side - 1, Math.max(0, (folded < side ? folded : period - folded) - 0.5));
    }
    case 'wrap': {
      const period = side - 1;
      return ((at % period) + period) % period;
    }
  }
}
