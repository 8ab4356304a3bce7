import { exampleSize, type OpenDataset, openDataset, type Scale, scaleOf } from '../../data/batches.ts';
import type { DatasetFile } from '../../data/dataset.ts';
import { forwardDataset } from '../../data/forward.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { Stages } from '../../generated/types.ts';
import type { RunStage } from '../context.ts';
import { paramsOf } from '../params.ts';
import { notPixels } from './kind.ts';

export const run: RunStage = async (context) => {
  const params = paramsOf('normalize', context.params);
  const dataset = await openDataset(context.input('data').files);
  if (dataset.file.features && params.method === 'rescale')
    throw new Failure(notPixels.code, notPixels.message, { fix: notPixels.fix });
  const { mean, std } =
    params.method === 'rescale'
      ? rescaling(dataset.file, params.range)
      : statistics(dataset, params.perChannel);
  forwardDataset(context, { transform: 'normalize', mean, std });
  return { summary: `mean ${shown(mean)}, std ${shown(std)}`, facts: { mean, std } };
};

interface Moments {
  readonly mean: number[];
  readonly std: number[];
}

/** A pixel of 0 becomes `low`, one of 255 `high`, whatever an earlier normalize made of them. */
function rescaling(file: DatasetFile, [low, high]: Stages['normalize']['range']): Moments {
  const std = 255 / (high - low);
  const mean = 0 - low * std;
  const { factor, offset } = earlier(file) ?? { factor: [1], offset: [0] };
  return {
    mean: Array.from(factor, (by, c) => by * mean + (offset[c] ?? 0)),
    std: Array.from(factor, (by) => by * std),
  };
}

/** Mean and population deviation over the training rows, of what earlier normalizes made of them. */
function statistics(dataset: OpenDataset, perChannel: boolean): Moments {
  const channels = dataset.file.example.at(-1) ?? 1;
  const scale = earlier(dataset.file);
  const found = momentsOf(dataset, perChannel || scale ? channels : 1);
  const scaled = scale ? found.map((one, c) => scaledMoment(one, scale, c)) : found;
  const moments = scale && !perChannel ? [together(scaled)] : scaled;
  return {
    mean: moments.map((one) => one.mean),
    // What is the same everywhere has no deviation to divide by.
    std: moments.map((one) => Math.sqrt(one.variance) || 1),
  };
}

/** What the normalizes before this one do, a channel each; null where there is none. */
function earlier({ transforms, example }: DatasetFile): Scale | null {
  const isThere = transforms.some(({ transform }) => transform === 'normalize');
  return isThere ? scaleOf(transforms, example.at(-1) ?? 1) : null;
}

function scaledMoment({ mean, variance }: Moment, { factor, offset }: Scale, c: number): Moment {
  const by = factor[c] ?? 1;
  return { mean: by * mean + (offset[c] ?? 0), variance: by ** 2 * variance };
}

/** Of channels of the same number of values. */
function together(channels: readonly Moment[]): Moment {
  const average = (of: (one: Moment) => number): number =>
    channels.reduce((sum, one) => sum + of(one), 0) / channels.length;
  const mean = average((one) => one.mean);
  return { mean, variance: average((one) => one.variance + (one.mean - mean) ** 2) };
}

function momentsOf({ file, examples, splits }: OpenDataset, channels: number): Moment[] {
  const size = exampleSize({ file });
  return examples instanceof Uint8Array
    ? ofPixels(examples, splits.train, size, channels)
    : ofFeatures(examples, splits.train, size, channels);
}

interface Moment {
  readonly mean: number;
  readonly variance: number;
}

/** In one pass, with exact whole-number sums. */
function ofPixels(pixels: Uint8Array, rows: Int32Array, size: number, channels: number): Moment[] {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (const row of rows) {
    for (let i = 0; i < size; i++) {
      const histogram = counts[i % channels];
      const value = pixels[row * size + i] ?? 0;
      if (histogram) histogram[value] = (histogram[value] ?? 0) + 1;
    }
  }
  return counts.map((histogram) => {
    const count = histogram.reduce((sum, times) => sum + times, 0);
    const mean = histogram.reduce((sum, times, value) => sum + times * value, 0) / count;
    const square = histogram.reduce((sum, times, value) => sum + times * (value - mean) ** 2, 0);
    return { mean, variance: square / count };
  });
}

/** In two passes, so that nothing is lost where the mean is large beside the deviation. */
function ofFeatures(features: Float32Array, rows: Int32Array, size: number, channels: number): Moment[] {
  const count = (rows.length * size) / channels;
  const sums = (of: (value: number, channel: number) => number): number[] => {
    const sum = new Float64Array(channels);
    for (const row of rows)
      for (let i = 0; i < size; i++)
        sum[i % channels] = (sum[i % channels] ?? 0) + of(features[row * size + i] ?? 0, i % channels);
    return [...sum];
  };
  const means = sums((value) => value).map((sum) => sum / count);
  const squares = sums((value, channel) => (value - (means[channel] ?? 0)) ** 2);
  return means.map((mean, channel) => ({ mean, variance: (squares[channel] ?? 0) / count }));
}

const shownValues = 8;

function shown(values: readonly number[]): string {
  const first = values.slice(0, shownValues).map((value) => value.toFixed(2));
  return [...first, ...(values.length > shownValues ? ['…'] : [])].join(' ');
}
