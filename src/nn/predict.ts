import type * as TensorFlow from '@tensorflow/tfjs-core';
import { batchMaker, type OpenDataset } from '../data/batches.ts';
import type { Tf } from './engine.ts';
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

export function predict(
  tf: Tf,
  network: Network,
  weights: readonly TensorFlow.Variable[],
  dataset: OpenDataset,
  rows: Int32Array,
  batchSize: number,
  precision: Precision,
  onBatch: (done: number) => void = () => {},
): Predictions {
  const makeBatch = batchMaker(dataset);
  const classes = network.layers.at(-1)?.output[0] ?? 1;
  const probabilities = new Float32Array(rows.length * classes);
  const labels = Uint8Array.from(rows, (row) => dataset.labels[row] ?? 0);
  for (let start = 0; start < rows.length; start += batchSize) {
    const part = rows.slice(start, start + batchSize);
    const values = tf.tidy(() => {
      const x = tf.tensor(makeBatch(part, { training: false, epoch: 0 }).x, [part.length, ...network.input]);
      return tf.softmax(forward(tf, network, weights, x, { precision, training: null })).dataSync();
    });
    probabilities.set(Float32Array.from(values), start * classes);
    onBatch(start + part.length);
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
