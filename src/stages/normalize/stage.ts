import { type OpenDataset, openDataset } from '../../data/batches.ts';
import { forwardDataset } from '../../data/forward.ts';
import type { RunStage } from '../context.ts';
import { paramsOf } from '../params.ts';

export const run: RunStage = async (context) => {
  const params = paramsOf('normalize', context.params);
  const dataset = await openDataset(context.input('data').files);
  const channels = params.perChannel ? (dataset.file.example.at(-1) ?? 1) : 1;
  const { mean, std } =
    params.method === 'rescale' ? { mean: [0], std: [255] } : statistics(dataset, channels);
  forwardDataset(context, { transform: 'normalize', mean, std });
  const show = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(' ');
  return { summary: `mean ${show(mean)}, std ${show(std)}`, facts: { mean, std } };
};

/** Mean and population deviation over the training rows, in one pass with exact whole-number sums. */
function statistics(dataset: OpenDataset, channels: number): { mean: number[]; std: number[] } {
  const size = dataset.file.example.reduce((product, side) => product * side, 1);
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (const row of dataset.splits.train) {
    for (let i = 0; i < size; i++) {
      const histogram = counts[i % channels];
      const value = dataset.images[row * size + i] ?? 0;
      if (histogram) histogram[value] = (histogram[value] ?? 0) + 1;
    }
  }
  const moments = counts.map((histogram) => {
    const count = histogram.reduce((sum, times) => sum + times, 0);
    const mean = histogram.reduce((sum, times, value) => sum + times * value, 0) / count;
    const square = histogram.reduce((sum, times, value) => sum + times * (value - mean) ** 2, 0) / count;
    // Images of one colour alone have no deviation to divide by.
    return { mean, std: Math.sqrt(square) || 1 };
  });
  return { mean: moments.map((one) => one.mean), std: moments.map((one) => one.std) };
}
