import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { affineMatrix } from '../../src/augment/affine.ts';
import { brighten } from '../../src/augment/colour.ts';
import { flipHorizontally, flipVertically } from '../../src/augment/flip.ts';
import { type FillMode, readableLength, warp } from '../../src/augment/warp.ts';
import { readNpy } from '../../src/data/npy.ts';
import { Random } from '../../src/data/random.ts';

/** As keras-golden.py wrote them. In Keras `tx` shifts across and `ty` down. */
interface Case {
  readonly fill: FillMode;
  readonly fillValue: number;
  readonly parameters: {
    readonly theta?: number;
    readonly tx?: number;
    readonly ty?: number;
    readonly shear?: number;
    readonly zx?: number;
    readonly zy?: number;
    readonly flip_horizontal?: boolean;
    readonly flip_vertical?: boolean;
    readonly brightness?: number;
  };
}

const cases: readonly Case[] = JSON.parse(readFileSync('test/augment/keras-cases.json', 'utf8'));
const { data, shape } = await readNpy('test/augment/keras-images.npy');
const [, height = 0, width = 0, channels = 0] = shape;
const size = { height, width, channels };
const pixels = height * width * channels;
const stored = (n: number): Float32Array => Float32Array.from(data.subarray(n * pixels, (n + 1) * pixels));

function changed({ fill, fillValue, parameters: p }: Case): Float32Array {
  const image = stored(0);
  const geometry = {
    rotation: p.theta ?? 0,
    across: p.tx ?? 0,
    down: p.ty ?? 0,
    shear: p.shear ?? 0,
    zoomAcross: p.zx ?? 1,
    zoomDown: p.zy ?? 1,
  };
  const before = new Float64Array(readableLength(size));
  before.set(image);
  warp(before, image, size, affineMatrix(geometry, size), fill, fillValue);
  const random = new Random(0, 0, 0, 0);
  if (p.flip_horizontal) flipHorizontally(size)(image, random);
  if (p.flip_vertical) flipVertically(size)(image, random);
  if (p.brightness !== undefined) brighten(image, p.brightness);
  return image;
}

function furthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

for (const [i, one] of cases.entries()) {
  test(`Keras makes the same image of fill ${one.fill}, ${JSON.stringify(one.parameters)}`, () => {
    const { brightness } = one.parameters;
    // Keras cuts pixels down to whole numbers before and after it changes their brightness.
    const rounding = brightness === undefined ? 0.001 : 1 + brightness;
    const off = furthest(changed(one), stored(i + 1));
    assert.ok(off < rounding, `a pixel is ${off} off`);
  });
}

test('an image of one channel is moved as each of three is', () => {
  const geometry = { rotation: 33, across: 2.5, down: -1.2, shear: 10, zoomAcross: 1.3, zoomDown: 0.8 };
  const moved = (image: Float32Array, channels: number): Float32Array => {
    const own = { height, width, channels };
    const before = new Float64Array(readableLength(own));
    before.set(image);
    const to = new Float32Array(image.length);
    warp(before, to, own, affineMatrix(geometry, own), 'nearest', 0);
    return to;
  };
  const red = (image: Float32Array): Float32Array => image.filter((_, i) => i % 3 === 0);
  assert.ok(furthest(moved(red(stored(0)), 1), red(moved(stored(0), 3))) < 0.001);
});
