import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { affineMatrix } from '../../src/augment/affine.ts';
import { brighten } from '../../src/augment/colour.ts';
import { flipHorizontally, flipVertically } from '../../src/augment/flip.ts';
import { type FillMode, warp } from '../../src/augment/warp.ts';
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
  warp(Float64Array.from(stored(0)), image, size, affineMatrix(geometry, size), fill, fillValue);
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
