/**
 * A dataset's augmentation, made ready to be applied. What an example becomes is decided by the seed, the epoch and its
 * row alone (where examples are mixed, by the rows of its batch too): by no number of workers.
 */
import type { AugmentTransform } from '../data/dataset.ts';
import { type Random, type RandomStream, randomStream } from '../data/random.ts';
import { affine } from './affine.ts';
import { brightness, colourJitter, noise } from './colour.ts';
import { cutout, randomCrop } from './cover.ts';
import { flipHorizontally, flipVertically } from './flip.ts';
import { cutmix, type MixOperation, mixup } from './mix.ts';
import type { Operation } from './operations.ts';
import type { ImageOperation, ImageSize } from './size.ts';

/**
 * Changes a batch in place: `x`, float32 [rows, height, width, channels] of 0–255 pixels, and `y`, float32
 * [rows, classes], where an operation mixes labels. `rows` are the examples' numbers in the dataset.
 */
export interface Augmenter {
  batch(x: Float32Array, y: Float32Array, epoch: number, rows: ArrayLike<number>): void;
}

/** A stretch of operations: on one image after the other, which is kinder to the processor's cache, or on the whole batch. */
type Step = Augmenter['batch'];

type Declared = Omit<AugmentTransform, 'transform'>;

export function makeAugmenter(augment: Declared, example: readonly number[]): Augmenter {
  const [height = 1, width = 1, channels = 1] = example;
  const steps = stepsOf(augment, { height, width, channels });
  return {
    batch: (x, y, epoch, rows) => {
      for (const step of steps) step(x, y, epoch, rows);
    },
  };
}

function stepsOf(augment: Declared, size: ImageSize): Step[] {
  const steps: Step[] = [];
  let images: OnImage[] = [];
  const flush = (): void => {
    if (images.length > 0) steps.push(onEachImage(images, size));
    images = [];
  };
  for (const [i, operation] of augment.operations.entries()) {
    const chosen = chooser(operation, streamOf(augment, i));
    const made = operationOf(operation, size);
    if (made.type === 'image') images.push({ change: made.change, chosen });
    else {
      flush();
      steps.push((x, y, epoch, rows) =>
        made.mix({ x, y, rows: rows.length }, (at) => chosen(epoch, rows[at] ?? 0)),
      );
    }
  }
  flush();
  return steps;
}

/** The operation's draws for a row; null where it is left out. */
type Chooser = (epoch: number, row: number) => Random | null;
interface OnImage {
  readonly change: ImageOperation;
  readonly chosen: Chooser;
}

function onEachImage(operations: readonly OnImage[], { height, width, channels }: ImageSize): Step {
  const length = height * width * channels;
  return (x, _y, epoch, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const image = x.subarray(i * length, (i + 1) * length);
      for (const { change, chosen } of operations) {
        const random = chosen(epoch, rows[i] ?? 0);
        if (random) change(image, random);
      }
    }
  };
}

/** Named by the operation and which of its name it is, those of earlier augments counted: operations beside it change none of its draws. */
function streamOf({ seed, operations, before = {} }: Declared, i: number): RandomStream {
  const name = operations[i]?.name ?? '';
  const own = operations.slice(0, i).filter((other) => other.name === name).length;
  const count = (before[name] ?? 0) + own;
  return randomStream(seed, 'augment', count === 0 ? name : `${name}/${count}`);
}

function chooser({ probability }: Operation, stream: RandomStream): Chooser {
  return (epoch, row) => {
    const random = stream.at(epoch, row);
    return random.uniform() < probability ? random : null;
  };
}

type Made =
  | { readonly type: 'image'; readonly change: ImageOperation }
  | { readonly type: 'batch'; readonly mix: MixOperation };

const onImage = (change: ImageOperation): Made => ({ type: 'image', change });
const onBatch = (mix: MixOperation): Made => ({ type: 'batch', mix });

function operationOf(operation: Operation, size: ImageSize): Made {
  switch (operation.name) {
    case 'affine':
      return onImage(affine(operation, size));
    case 'horizontalFlip':
      return onImage(flipHorizontally(size));
    case 'verticalFlip':
      return onImage(flipVertically(size));
    case 'randomCrop':
      return onImage(randomCrop(operation, size));
    case 'brightness':
      return onImage(brightness(operation));
    case 'colourJitter':
      return onImage(colourJitter(operation, size));
    case 'noise':
      return onImage(noise(operation));
    case 'cutout':
      return onImage(cutout(operation, size));
    case 'mixup':
      return onBatch(mixup(operation));
    case 'cutmix':
      return onBatch(cutmix(operation, size));
  }
}
