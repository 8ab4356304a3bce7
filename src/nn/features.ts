/** What a network gives for each example of a dataset. */
import type { OpenDataset } from '../data/batches.ts';
import { openFeed } from '../data/feed.ts';
import { forward } from './forward.ts';
import { lastActivation, outputShape, product } from './graph.ts';
import type { Predictor } from './predict.ts';

/** Threads that make batches while the engine computes. */
const workers = 1;

/** float32 [rows, ...output], in the dataset's order, whatever its splits. */
export async function computeFeatures(
  { tf, network, weights, precision }: Predictor,
  dataset: OpenDataset,
  batchSize: number,
  onBatch: (done: number) => void,
): Promise<Float32Array> {
  const rows = Int32Array.from(dataset.labels.keys());
  const size = product(outputShape(network));
  const features = new Float32Array(rows.length * size);
  const softmax = lastActivation(network) === 'softmax';
  const feed = openFeed(dataset, { rows, batchSize, training: null, firstBatch: 0 }, workers);
  try {
    for (let at = 0; at < rows.length; ) {
      const { y, x } = await feed.next();
      const count = y.length / dataset.file.classes.length;
      const out = tf.tidy(() => {
        const input = tf.tensor(x, [count, ...network.input]);
        const last = forward(tf, network, weights, input, { precision, training: null });
        return softmax ? tf.softmax(last) : last;
      });
      features.set(Float32Array.from(await out.data()), at * size);
      out.dispose();
      at += count;
      onBatch(at);
    }
  } finally {
    await feed.close();
  }
  return features;
}
