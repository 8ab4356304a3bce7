/**
 * The augmentation of one image, with the semantics of Keras' ImageDataGenerator: rotation, shift, shear and zoom are
 * one affine map about the centre, read bilinearly; then flips, brightness and noise. Pixels are 0–255.
 */

import type { AugmentTransform } from '../data/dataset.ts';
import { type RandomStream, randomStream } from '../data/random.ts';
import { affineMatrix, type FillMode, warp } from './affine.ts';

export interface Operations {
  readonly rotation: number;
  readonly widthShift: number;
  readonly heightShift: number;
  readonly shear: number;
  readonly zoom: number | readonly number[];
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  readonly brightness?: readonly number[];
  readonly noise: number;
  readonly fill: FillMode;
  readonly fillValue: number;
}

export type Augment = (image: Float32Array, epoch: number, row: number) => void;

export function makeAugmenter(
  transform: Pick<AugmentTransform, 'seed' | 'operations'>,
  example: readonly number[],
): Augment {
  const operations = transform.operations;
  const [height = 1, width = 1, channels = 1] = example;
  const stream = (purpose: string): RandomStream => randomStream(transform.seed, 'augment', purpose);
  const draws = {
    rotation: stream('rotation'),
    shift: stream('shift'),
    shear: stream('shear'),
    zoom: stream('zoom'),
    flip: stream('flip'),
    brightness: stream('brightness'),
    noise: stream('noise'),
  };
  const scratch = new Float32Array(height * width * channels);
  const geometric = isGeometric(operations);
  return (image, epoch, row) => {
    if (geometric) {
      const matrix = affineMatrix(drawGeometry(operations, draws, height, width, epoch, row), height, width);
      scratch.set(image);
      warp(scratch, image, { height, width, channels }, matrix, operations.fill, operations.fillValue);
    }
    flip(image, operations, draws.flip, { height, width, channels }, epoch, row);
    if (operations.brightness) brighten(image, operations.brightness, draws.brightness, epoch, row);
    if (operations.noise > 0) addNoise(image, operations.noise, draws.noise, epoch, row);
  };
}

function isGeometric({ rotation, widthShift, heightShift, shear, zoom }: Operations): boolean {
  return (
    rotation > 0 || widthShift > 0 || heightShift > 0 || shear > 0 || typeof zoom !== 'number' || zoom > 0
  );
}

type Draws = { readonly [purpose in 'rotation' | 'shift' | 'shear' | 'zoom']: RandomStream };

function drawGeometry(
  o: Operations,
  draws: Draws,
  height: number,
  width: number,
  epoch: number,
  row: number,
): Parameters<typeof affineMatrix>[0] {
  const between = (stream: RandomStream, by: number): number =>
    by > 0 ? stream.at(epoch, row).uniform(-by, by) : 0;
  const shift = draws.shift.at(epoch, row);
  const pixels = (fraction: number, side: number): number =>
    shift.uniform(-fraction, fraction) * (fraction < 1 ? side : 1);
  const zoom = draws.zoom.at(epoch, row);
  const [low = 1, high = 1] = typeof o.zoom === 'number' ? [1 - o.zoom, 1 + o.zoom] : o.zoom;
  const turned = between(draws.rotation, o.rotation);
  const down = pixels(o.heightShift, height);
  const across = pixels(o.widthShift, width);
  return {
    rotation: turned,
    down,
    across,
    shear: between(draws.shear, o.shear),
    zoomDown: zoom.uniform(low, high),
    zoomAcross: zoom.uniform(low, high),
  };
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function flip(
  image: Float32Array,
  o: Operations,
  stream: RandomStream,
  { height, width, channels }: Size,
  epoch: number,
  row: number,
): void {
  const random = stream.at(epoch, row);
  const across = random.uniform() < 0.5 && o.horizontalFlip;
  const down = random.uniform() < 0.5 && o.verticalFlip;
  if (!across && !down) return;
  const copy = image.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((down ? height - 1 - y : y) * width + (across ? width - 1 - x : x)) * channels;
      image.set(copy.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
}

function brighten(
  image: Float32Array,
  range: readonly number[],
  stream: RandomStream,
  epoch: number,
  row: number,
): void {
  const factor = stream.at(epoch, row).uniform(range[0] ?? 1, range[1] ?? 1);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(255, Math.max(0, (image[i] ?? 0) * factor));
}

function addNoise(
  image: Float32Array,
  deviation: number,
  stream: RandomStream,
  epoch: number,
  row: number,
): void {
  const random = stream.at(epoch, row);
  for (let i = 0; i < image.length; i++)
    image[i] = Math.min(255, Math.max(0, (image[i] ?? 0) + deviation * random.normal()));
}
