/** Datasets opened for training and evaluating: rows become float batches, augmented and normalized on the fly. */
import { readFile } from 'node:fs/promises';
import { makeAugmenter } from '../augment/augmenter.ts';
import type { DatasetFile, Transform } from './dataset.ts';
import { readNpy } from './npy.ts';
import { randomStream } from './random.ts';

/** Its arrays lie in shared memory, so that worker threads read them without a copy. */
export interface OpenDataset {
  readonly file: DatasetFile;
  /** [rows, ...example]: uint8 pixels, or float32 features. */
  readonly examples: Uint8Array | Float32Array;
  readonly labels: Uint8Array;
  readonly splits: { readonly train: Int32Array; readonly validation: Int32Array; readonly test: Int32Array };
}

export interface Batch {
  /** float32 [rows, ...example]. */
  readonly x: Float32Array;
  /** float32 [rows, classes]: how much of each class, which adds up to 1. */
  readonly y: Float32Array;
}

/** Which batches, in order: the n-th, from 0 on, is a function of this and n alone. */
export interface BatchPlan {
  readonly rows: Int32Array;
  readonly batchSize: number;
  /** Augmented, and shuffled anew each epoch by this seed; null: as they are, in order. */
  readonly training: null | { readonly seed: number };
  /** Where to begin: how many batches came before, through all epochs. */
  readonly firstBatch: number;
}

/** Where a dataset of features has its examples; one of images has them in images.npy. */
export const featuresFile = 'features.npy';

export async function openDataset(files: { readonly [path: string]: string }): Promise<OpenDataset> {
  const path = (name: string): string => {
    const found = files[name];
    if (found === undefined) throw new Error(`a dataset has a file ${name}`);
    return found;
  };
  const array = async <T extends Uint8Array | Float32Array | Int32Array>(
    name: string,
    Type: new (buffer: SharedArrayBuffer) => T,
  ): Promise<T> => {
    const { data } = await readNpy(path(name), (bytes) => new SharedArrayBuffer(bytes));
    if (data instanceof Type) return data;
    throw new Error(`${name} holds no ${Type.name}`);
  };
  const file = parseDataset(await readFile(path('dataset.json'), 'utf8'));
  return {
    file,
    examples: await (file.features ? array(featuresFile, Float32Array) : array('images.npy', Uint8Array)),
    labels: await array('labels.npy', Uint8Array),
    splits: {
      train: await array('train.npy', Int32Array),
      validation: await array('validation.npy', Int32Array),
      test: await array('test.npy', Int32Array),
    },
  };
}

export function parseDataset(text: string): DatasetFile {
  const parsed: DatasetFile = JSON.parse(text);
  if (parsed.version !== 1) throw new Error(`dataset.json has version ${parsed.version}; this pipe reads 1`);
  return parsed;
}

export const stepsPerEpoch = ({ rows, batchSize }: Pick<BatchPlan, 'rows' | 'batchSize'>): number =>
  Math.ceil(rows.length / batchSize);

/** Epochs count from 1, steps from 0. */
function positionOf(plan: BatchPlan, n: number): { readonly epoch: number; readonly step: number } {
  const steps = stepsPerEpoch(plan);
  const at = plan.firstBatch + n;
  return { epoch: 1 + Math.floor(at / steps), step: at % steps };
}

/** The number of rows in batch n. */
export function batchRows(plan: BatchPlan, n: number): number {
  const { step } = positionOf(plan, n);
  return Math.min(plan.batchSize, plan.rows.length - step * plan.batchSize);
}

export const exampleSize = ({ file }: Pick<OpenDataset, 'file'>): number =>
  file.example.reduce((product, side) => product * side, 1);

/** Makes batch n of a plan into `out`; augmentation is drawn by epoch and original row. */
export function batchMaker(
  dataset: Pick<OpenDataset, 'file' | 'examples' | 'labels'>,
  plan: BatchPlan,
): (n: number, out: Batch) => void {
  const { transforms, example, classes } = dataset.file;
  const size = exampleSize(dataset);
  const augmenters = plan.training
    ? transforms.flatMap((one) => (one.transform === 'augment' ? [makeAugmenter(one, example)] : []))
    : [];
  const scale = scaling(transforms, example.at(-1) ?? 1);
  const rowsOf = rowPicker(plan);
  return (n, out) => {
    const { epoch } = positionOf(plan, n);
    out.y.fill(0);
    const rows = rowsOf(n);
    for (const [i, row] of rows.entries()) {
      out.x.set(dataset.examples.subarray(row * size, (row + 1) * size), i * size);
      out.y[i * classes.length + (dataset.labels[row] ?? 0)] = 1;
    }
    for (const augmenter of augmenters) augmenter.batch(out.x, out.y, epoch, rows);
    scale(out.x);
  };
}

/** The rows of batch n; an epoch's order is drawn once. */
function rowPicker(plan: BatchPlan): (n: number) => Int32Array {
  const { rows, batchSize, training } = plan;
  const shuffle = training && randomStream(training.seed, 'train', 'shuffle');
  let drawn = { epoch: -1, order: rows };
  return (n) => {
    const { epoch, step } = positionOf(plan, n);
    if (shuffle && drawn.epoch !== epoch)
      drawn = {
        epoch,
        order: shuffle
          .at(epoch)
          .permutation(rows.length)
          .map((at) => rows[at] ?? 0),
      };
    const start = step * batchSize;
    return drawn.order.subarray(start, start + batchSize);
  };
}

/** All normalizations as one factor and offset a channel. */
export function scaleOf(transforms: readonly Transform[], channels: number): Scale {
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
  return { factor, offset };
}

export interface Scale {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

function scaling(transforms: readonly Transform[], channels: number): (x: Float32Array) => void {
  const { factor, offset } = scaleOf(transforms, channels);
  const isOne = (values: Float64Array): boolean => values.every((value) => value === values[0]);
  const passes = isOne(factor) && isOne(offset) ? 1 : channels;
  return (x) => {
    for (let c = 0; c < passes; c++) scaleEvery(x, c, passes, factor[c] ?? 1, offset[c] ?? 0);
  };
}

/** Every pixel of every epoch comes through here: with a loop over channels inside it would take five times as long. */
function scaleEvery(x: Float32Array, first: number, step: number, factor: number, offset: number): void {
  for (let at = first; at < x.length; at += step) x[at] = (x[at] ?? 0) * factor + offset;
}
