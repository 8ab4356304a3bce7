import type { Variable } from '@tensorflow/tfjs-core';
import type { OpenDataset } from '../data/batches.ts';
import { type Feed, openFeed } from '../data/feed.ts';
import type { Tf } from './engine.ts';
import type { Model } from './format.ts';
import { forward } from './forward.ts';
import type { Network } from './graph.ts';
import type { Precision } from './ops/kernel.ts';

export interface Predictions {
  /** float32 [rows, classes]. */
  readonly probabilities: Float32Array;
  readonly labels: Uint8Array;
  /** Mean crossentropy; probabilities below 1e-7 count as 1e-7, as in Keras. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface Predictor {
  readonly tf: Tf;
  readonly network: Network;
  readonly weights: readonly Variable[];
  readonly precision: Precision;
}

/** A model with its weights on the engine. */
export function predictorOf(tf: Tf, { network, weights }: Model): Predictor {
  const specs = network.layers.flatMap((layer) => layer.weights);
  const variables = specs.map((spec, i) => tf.variable(tf.tensor(weights[i] ?? [], [...spec.shape]), false));
  return { tf, network, weights: variables, precision: 'float32' };
}

/** The rows in order, as they are; `workers` threads make the batches. */
export async function predict(
  predictor: Predictor,
  dataset: OpenDataset,
  rows: Int32Array,
  { batchSize, workers }: { readonly batchSize: number; readonly workers: number },
  onBatch: (done: number) => void = () => {},
): Promise<Predictions> {
  const feed = openFeed(dataset, { rows, batchSize, training: null, firstBatch: 0 }, workers);
  try {
    return await predictFrom(predictor, dataset, rows, feed, onBatch);
  } finally {
    await feed.close();
  }
}

/** The same from a feed that gives these rows. */
export async function predictFrom(
  { tf, network, weights, precision }: Predictor,
  dataset: OpenDataset,
  rows: Int32Array,
  feed: Feed,
  onBatch: (done: number) => void = () => {},
): Promise<Predictions> {
  const classes = network.layers.at(-1)?.output[0] ?? 1;
  const probabilities = new Float32Array(rows.length * classes);
  const labels = Uint8Array.from(rows, (row) => dataset.labels[row] ?? 0);
  for (let at = 0; at < probabilities.length; ) {
    const { x, y } = await feed.next();
    const count = y.length / dataset.file.classes.length;
    const out = tf.tidy(() => {
      const input = tf.tensor(x, [count, ...network.input]);
      return tf.softmax(forward(tf, network, weights, input, { precision, training: null }));
    });
    probabilities.set(Float32Array.from(await out.data()), at);
    out.dispose();
    at += count * classes;
    onBatch(at / classes);
  }
  return { probabilities, labels, ...score(probabilities, labels, classes) };
}

function score(
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number,
): { loss: number; accuracy: number } {
  let loss = 0;
  let correct = 0;
  for (const [row, label] of labels.entries()) {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    loss -= Math.log(Math.max(own[label] ?? 0, 1e-7));
    if (own.indexOf(Math.max(...own)) === label) correct++;
  }
  return { loss: loss / labels.length, accuracy: correct / labels.length };
}
