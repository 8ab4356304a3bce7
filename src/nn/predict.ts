import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { OpenDataset } from '../data/batches.ts';
import { type Feed, openFeed } from '../data/feed.ts';
import type { Tf } from './engine.ts';
import type { Model } from './format.ts';
import { forward, variablesOf } from './forward.ts';
import { type Network, outputShape, product } from './graph.ts';
import type { Precision } from './ops/kernel.ts';

export interface Predictions {
  /** float32 [rows, classes]. */
  readonly probabilities: Float32Array;
  readonly labels: Uint8Array;
  /** Mean crossentropy; probabilities below 1e-7 count as 1e-7, as Keras has it where it is given probabilities and no logits. */
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
  return { tf, network, weights: variablesOf(tf, network, weights), precision: 'float32' };
}

/** The rows in order, as they are; `workers` threads make the batches. */
export async function predict(
  predictor: Predictor,
  dataset: OpenDataset,
  rows: Int32Array,
  { batchSize, workers }: { readonly batchSize: number; readonly workers: number },
  onBatch: (done: number) => void = () => {},
): Promise<Predictions> {
  const plan = { rows, batchSize: Math.min(batchSize, rows.length), training: null, firstBatch: 0 };
  const feed = openFeed(dataset, plan, workers);
  try {
    const probabilities = await outputsFrom(predictor, rows.length, feed, predictor.tf.softmax, onBatch);
    const labels = labelsOf(dataset, rows);
    return {
      probabilities,
      labels,
      ...score(probabilities, labels, product(outputShape(predictor.network))),
    };
  } finally {
    await feed.close();
  }
}

/** float32 [rows, ...output] of the rows that a feed gives; `finish` makes the output of what comes before a last softmax. */
export async function outputsFrom(
  { tf, network, weights, precision }: Predictor,
  rows: number,
  feed: Feed,
  finish: (logits: Tensor) => Tensor,
  onBatch: (done: number) => void = () => {},
): Promise<Float32Array> {
  const size = product(outputShape(network));
  const outputs = new Float32Array(rows * size);
  for (let done = 0; done < rows; ) {
    const { x } = await feed.next();
    const count = x.length / product(network.input);
    const out = tf.tidy(() => {
      const input = tf.tensor(x, [count, ...network.input]);
      return finish(forward(tf, network, weights, input, { precision, training: null }));
    });
    outputs.set(Float32Array.from(await out.data()), done * size);
    out.dispose();
    done += count;
    onBatch(done);
  }
  return outputs;
}

export const labelsOf = (dataset: OpenDataset, rows: Int32Array): Uint8Array =>
  Uint8Array.from(rows, (row) => dataset.labels[row] ?? 0);

/** `smoothing`: the part of a label that is spread over all classes, for the loss. */
export function score(
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number,
  smoothing = 0,
): { loss: number; accuracy: number } {
  let loss = 0;
  let correct = 0;
  const logarithm = (at: number): number => Math.log(Math.max(probabilities[at] ?? 0, 1e-7));
  for (const [row, label] of labels.entries()) {
    const first = row * classes;
    loss -= (1 - smoothing) * logarithm(first + label);
    if (smoothing > 0) for (let i = 0; i < classes; i++) loss -= (smoothing / classes) * logarithm(first + i);
    if (argMax(probabilities, first, classes) === label) correct++;
  }
  return { loss: loss / labels.length, accuracy: correct / labels.length };
}

/** The first of the largest among `count` values, counted from `from`. */
export function argMax(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i;
  return best;
}
