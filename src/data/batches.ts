/** Datasets opened for training and evaluating: rows become float batches, augmented and normalized on the fly. */
import { readFile } from 'node:fs/promises';
import { makeAugmenter } from '../augment/augmenter.ts';
import type { DatasetFile, Transform } from './dataset.ts';
import { readNpy } from './npy.ts';

export interface OpenDataset {
  readonly file: DatasetFile;
  /** uint8 [rows, ...example]. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly splits: { readonly train: Int32Array; readonly validation: Int32Array; readonly test: Int32Array };
}

export interface Batch {
  /** float32 [rows, ...example]. */
  readonly x: Float32Array;
  readonly y: Int32Array;
}

export async function openDataset(files: { readonly [path: string]: string }): Promise<OpenDataset> {
  const path = (name: string): string => {
    const found = files[name];
    if (found === undefined) throw new Error(`a dataset has a file ${name}`);
    return found;
  };
  const bytes = async (name: string): Promise<Uint8Array> => {
    const { data } = await readNpy(path(name));
    if (!(data instanceof Uint8Array)) throw new Error(`${name} holds uint8`);
    return data;
  };
  const rows = async (name: string): Promise<Int32Array> => {
    const { data } = await readNpy(path(name));
    if (!(data instanceof Int32Array)) throw new Error(`${name} holds int32`);
    return data;
  };
  return {
    file: parseDataset(await readFile(path('dataset.json'), 'utf8')),
    images: await bytes('images.npy'),
    labels: await bytes('labels.npy'),
    splits: {
      train: await rows('train.npy'),
      validation: await rows('validation.npy'),
      test: await rows('test.npy'),
    },
  };
}

export function parseDataset(text: string): DatasetFile {
  const parsed: DatasetFile = JSON.parse(text);
  if (parsed.version !== 1) throw new Error(`dataset.json has version ${parsed.version}; this pipe reads 1`);
  return parsed;
}

/** Makes batches of `dataset`; augmentation is drawn by epoch and original row, so workers and order change nothing. */
export function batchMaker(
  dataset: OpenDataset,
): (rows: Int32Array, options: { training: boolean; epoch: number }) => Batch {
  const { transforms, example } = dataset.file;
  const size = example.reduce((product, side) => product * side, 1);
  const augmenters = transforms.flatMap((one) =>
    one.transform === 'augment' ? [makeAugmenter(one, example)] : [],
  );
  const scale = scaling(transforms, example.at(-1) ?? 1);
  return (rows, { training, epoch }) => {
    const x = new Float32Array(rows.length * size);
    const y = new Int32Array(rows.length);
    for (const [i, row] of rows.entries()) {
      const target = x.subarray(i * size, (i + 1) * size);
      target.set(dataset.images.subarray(row * size, (row + 1) * size));
      if (training) for (const augmenter of augmenters) augmenter.image(target, epoch, row);
      y[i] = dataset.labels[row] ?? 0;
    }
    scale(x);
    return { x, y };
  };
}

/** All normalizations as one factor and offset a channel. */
function scaling(transforms: readonly Transform[], channels: number): (x: Float32Array) => void {
  const factor = new Float64Array(channels).fill(1);
  const offset = new Float64Array(channels);
  for (const one of transforms) {
    if (one.transform !== 'normalize') continue;
    for (let c = 0; c < channels; c++) {
      const mean = one.mean[c % one.mean.length] ?? 0;
      const std = one.std[c % one.std.length] ?? 1;
      factor[c] = (factor[c] ?? 1) / std;
      offset[c] = ((offset[c] ?? 0) - mean) / std;
    }
  }
  return (x) => {
    for (let i = 0; i < x.length; i++)
      x[i] = (x[i] ?? 0) * (factor[i % channels] ?? 1) + (offset[i % channels] ?? 0);
  };
}
