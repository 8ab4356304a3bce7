/**
 * A dataset on disk: raw arrays (.npy, so that Python reads them too), splits as index lists, and transforms that are
 * applied when batches are made, never written out.
 *
 *     dataset.json      DatasetFile
 *     images.npy        uint8 [rows, height, width, channels]
 *     labels.npy        uint8 [rows]
 *     train.npy, validation.npy, test.npy     int32 row numbers
 */
import type { Operation } from '../augment/operations.ts';

export interface DatasetFile {
  readonly version: 1;
  readonly name: string;
  /** Shape of one example. */
  readonly example: readonly number[];
  readonly classes: readonly string[];
  /** Set where examples are a network's outputs, float32 in features.npy, and no pixels. */
  readonly features?: true;
  /** Of features: the digests of the examples that they were made from, so that results from both can be paired. */
  readonly madeFrom?: ExampleDigests;
  /** Set where the test rows serve as validation rows too: results from them say nothing of new images. */
  readonly testAs?: 'validation';
  readonly transforms: readonly Transform[];
  /** How images of another size were made to fit; where it is not told, they were resized or all had one size. */
  readonly fit?: 'crop' | 'pad';
}

/** By split (src/data/examples.ts). */
export interface ExampleDigests {
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

export type Transform = AugmentTransform | NormalizeTransform;

/** x' = (x - mean) / std a channel; one value serves all channels. */
export interface NormalizeTransform {
  readonly transform: 'normalize';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Applied to training rows only, each epoch anew, always on 0–255 pixels before any normalize. */
export interface AugmentTransform {
  readonly transform: 'augment';
  readonly seed: number;
  /** In the order in which they are done. */
  readonly operations: readonly Operation[];
  /** How many operations of a name earlier augments have, where they have one of these: the same draws would undo a flip. */
  readonly before?: { readonly [name: string]: number };
}

/** What a split is called where its results are shown. */
export function splitName(
  split: 'train' | 'validation' | 'test',
  { testAs }: Pick<DatasetFile, 'testAs'>,
): string {
  return split === 'test' && testAs !== undefined ? 'test (also used for validation)' : split;
}
