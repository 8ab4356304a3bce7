/** What a network gives for each example of a dataset. */
import type { OpenDataset } from '../data/batches.ts';
import { openFeed } from '../data/feed.ts';
import { lastActivation } from './graph.ts';
import { outputsFrom, type Predictor } from './predict.ts';

/** Threads that make batches while the engine computes. */
const workers = 1;

/** float32 [rows, ...output], in the dataset's order, whatever its splits. */
export async function computeFeatures(
  predictor: Predictor,
  dataset: OpenDataset,
  batchSize: number,
  onBatch: (done: number) => void,
): Promise<Float32Array> {
  const rows = Int32Array.from(dataset.labels.keys());
  const softmax = lastActivation(predictor.network) === 'softmax';
  const feed = openFeed(
    dataset,
    { rows, batchSize: Math.min(batchSize, rows.length), training: null, firstBatch: 0 },
    workers,
  );
  try {
    return await outputsFrom(
      predictor,
      rows.length,
      feed,
      (last) => (softmax ? predictor.tf.softmax(last) : last),
      onBatch,
    );
  } finally {
    await feed.close();
  }
}
