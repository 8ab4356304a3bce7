/**
 * shapes10: 32×32×3 images of ten shapes that are drawn from a seed: random colour, size, place, rotation, noise and
 * background. Offline, and hard enough that a linear model fails. Row r of a seed is always the same image.
 */
import { type Random, randomStream } from './random.ts';
import { imagesFrom, type RawSource } from './raw.ts';

export const shapes10Classes = [
  'circle',
  'ring',
  'square',
  'frame',
  'triangle',
  'star',
  'cross',
  'bar',
  'crescent',
  'dots',
];
export const shapes10Rows = { train: 10_000, test: 2_000 };
export const shapes10Example = [32, 32, 3];
const side = 32;

/** The first so many training and test rows. */
export function drawShapes10(seed: number, train: number, test: number): RawSource {
  const size = side * side * 3;
  const rows = [...sequence(0, train), ...sequence(shapes10Rows.train, test)];
  const images = new Uint8Array(rows.length * size);
  const labels = Uint8Array.from(rows, (row, i) =>
    drawShape(seed, row, images.subarray(i * size, (i + 1) * size)),
  );
  return {
    example: shapes10Example,
    classes: shapes10Classes,
    labels,
    imagesOf: imagesFrom(images, shapes10Example),
    trainRows: train,
    nameOf: (row) => `shape ${rows[row]}`,
  };
}

const sequence = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Draws row `row` into `image` (uint8 [32, 32, 3]) and returns its label. Training and test rows count on: tests start at 10,000. */
export function drawShape(seed: number, row: number, image: Uint8Array): number {
  const random = randomStream(seed, 'shapes10', 'image').at(0, row);
  const label = row % shapes10Classes.length;
  const shape = inShape(label, random);
  const place = pose(random);
  const [paint, ground] = colours(random);
  const wave = texture(random);
  const noise = random.uniform(2, 12);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const cover = coverage(shape, place, x, y);
      for (let c = 0; c < 3; c++) {
        const under = (ground[c] ?? 0) + wave(x, y, c);
        const value = under + cover * ((paint[c] ?? 0) - under) + noise * random.normal();
        image[(y * side + x) * 3 + c] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
  return label;
}

interface Pose {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly cos: number;
  readonly sin: number;
}

function pose(random: Random): Pose {
  const size = random.uniform(8, 13);
  const turn = random.uniform(-0.5, 0.5);
  return {
    size,
    x: random.uniform(size * 0.8, side - size * 0.8),
    y: random.uniform(size * 0.8, side - size * 0.8),
    cos: Math.cos(turn),
    sin: Math.sin(turn),
  };
}

/** The shape's colour and the background's: any two, but the shape is the lighter. */
function colours(random: Random): [number[], number[]] {
  const draw = (): number[] => [0, 1, 2].map(() => random.uniform(20, 235));
  const lightness = (colour: readonly number[]): number => colour.reduce((sum, one) => sum + one, 0) / 3;
  for (;;) {
    const [paint, ground] = [draw(), draw()];
    if (lightness(paint) - lightness(ground) > 50) return [paint, ground];
  }
}

function texture(random: Random): (x: number, y: number, c: number) => number {
  const [fx, fy, phase, depth] = [
    random.uniform(-0.5, 0.5),
    random.uniform(-0.5, 0.5),
    random.uniform(0, 6.28),
    random.uniform(0, 20),
  ];
  return (x, y, c) => depth * Math.sin(fx * x + fy * y + phase + c);
}

/** The part of the pixel that the shape covers, from 2×2 samples. */
function coverage(
  shape: (u: number, v: number) => boolean,
  { x, y, size, cos, sin }: Pose,
  px: number,
  py: number,
): number {
  let hits = 0;
  for (const dx of [-0.25, 0.25]) {
    for (const dy of [-0.25, 0.25]) {
      const [rx, ry] = [(px + dx - x) / size, (py + dy - y) / size];
      if (shape(rx * cos + ry * sin, ry * cos - rx * sin)) hits++;
    }
  }
  return hits / 4;
}

/** Is a point inside, in units of the shape's size? */
function inShape(label: number, random: Random): (u: number, v: number) => boolean {
  const stretch = random.uniform(0.8, 1.2);
  const radius = (u: number, v: number): number => Math.hypot(u * stretch, v);
  const box = (u: number, v: number): number => Math.max(Math.abs(u * stretch), Math.abs(v));
  const tests: readonly ((u: number, v: number) => boolean)[] = [
    (u, v) => radius(u, v) < 0.9,
    (u, v) => radius(u, v) < 1 && radius(u, v) > 0.6,
    (u, v) => box(u, v) < 0.8,
    (u, v) => box(u, v) < 0.9 && box(u, v) > 0.5,
    (u, v) => v > -0.6 && v < 1.2 - 2 * Math.abs(u * stretch) - 0.2,
    (u, v) => radius(u, v) < 0.55 + 0.45 * Math.cos(5 * Math.atan2(v, u)),
    (u, v) => (Math.abs(u) < 0.28 && Math.abs(v) < 1) || (Math.abs(v) < 0.28 && Math.abs(u) < 1),
    (u, v) => Math.abs(v) < 0.28 && Math.abs(u) < 1.1,
    (u, v) => radius(u, v) < 1 && Math.hypot(u - 0.5, v) > 0.8,
    (u, v) => Math.hypot(Math.abs(u) - 0.55, Math.abs(v) - 0.55) < 0.36,
  ];
  return tests[label] ?? (() => false);
}
