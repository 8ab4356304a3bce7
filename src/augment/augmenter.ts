/**
 * A dataset's augmentation, made ready to be applied. What an example becomes is decided by the seed, the epoch and its
 * row alone: by no order, no batch and no number of workers.
 */
import type { AugmentTransform } from '../data/dataset.ts';
import { type RandomStream, randomStream } from '../data/random.ts';
import { affine } from './affine.ts';
import { brightness, colourJitter, noise } from './colour.ts';
import { cutout, randomCrop } from './cover.ts';
import { flipHorizontally, flipVertically } from './flip.ts';
import type { Operation } from './operations.ts';
import type { ImageOperation, ImageSize } from './size.ts';

export interface Augmenter {
  /** Changes a batch in place: `x`, float32 [rows, height, width, channels] of 0–255 pixels, and `y`, float32 [rows, classes], where an operation mixes labels. `rows` are the examples' numbers in the dataset. */
  batch(x: Float32Array, y: Float32Array, epoch: number, rows: ArrayLike<number>): void;
  /** The same for one image. */
  image(x: Float32Array, epoch: number, row: number): void;
}

export function makeAugmenter(
  { seed, operations }: Pick<AugmentTransform, 'seed' | 'operations'>,
  example: readonly number[],
): Augmenter {
  const [height = 1, width = 1, channels = 1] = example;
  const size = { height, width, channels };
  const length = height * width * channels;
  const steps = operations.map((operation, i) => stepOf(operation, streamOf(seed, operations, i), size));
  const image: Augmenter['image'] = (x, epoch, row) => {
    for (const step of steps) step(x, epoch, row);
  };
  return {
    image,
    batch: (x, _y, epoch, rows) => {
      for (let i = 0; i < rows.length; i++)
        image(x.subarray(i * length, (i + 1) * length), epoch, rows[i] ?? 0);
    },
  };
}

/** Named by the operation and which of its name it is: operations beside it change none of its draws. */
function streamOf(seed: number, operations: readonly Operation[], i: number): RandomStream {
  const name = operations[i]?.name ?? '';
  const before = operations.slice(0, i).filter((other) => other.name === name).length;
  return randomStream(seed, 'augment', before === 0 ? name : `${name}/${before}`);
}

function stepOf(operation: Operation, stream: RandomStream, size: ImageSize): Augmenter['image'] {
  const change = imageOperation(operation, size);
  return (x, epoch, row) => {
    const random = stream.at(epoch, row);
    if (random.uniform() < operation.probability) change(x, random);
  };
}

function imageOperation(operation: Operation, size: ImageSize): ImageOperation {
  switch (operation.name) {
    case 'affine':
      return affine(operation, size);
    case 'horizontalFlip':
      return flipHorizontally(size);
    case 'verticalFlip':
      return flipVertically(size);
    case 'randomCrop':
      return randomCrop(operation, size);
    case 'brightness':
      return brightness(operation);
    case 'colourJitter':
      return colourJitter(operation, size);
    case 'noise':
      return noise(operation);
    case 'cutout':
      return cutout(operation, size);
  }
}
