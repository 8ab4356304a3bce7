/** What an evaluation predicted, example by example. */
import { createHash } from 'node:crypto';
import { readNpy } from '../data/npy.ts';

export interface Predictions {
  /** Float32 [rows, classes]. */
  readonly probabilities: Float32Array;
  readonly labels: ArrayLike<number>;
  /** The examples' rows in the dataset. */
  readonly rows: ArrayLike<number>;
}

/** `files` are those of a port of type predictions: relative path → absolute path. */
export async function readPredictions({
  files,
}: {
  readonly files: { readonly [path: string]: string };
}): Promise<Predictions> {
  const { data: probabilities } = await readNpy(files['probabilities.npy'] ?? '');
  if (!(probabilities instanceof Float32Array)) throw new Error('probabilities.npy holds float32');
  const { data: labels } = await readNpy(files['labels.npy'] ?? '');
  const { data: rows } = await readNpy(files['rows.npy'] ?? '');
  return { probabilities, labels, rows };
}

/**
 * The same for two evaluations of the same examples in the same rows, with the same labels. `digest`: of what the examples
 * are, because rows and labels alone would not tell: another drawing of a dataset has the same ones. Null without one.
 */
export function examplesOf({ rows, labels }: Predictions, digest: string | undefined): string | null {
  if (digest === undefined) return null;
  const hash = createHash('sha256').update(digest);
  return hash.update(Int32Array.from(rows)).update(Int32Array.from(labels)).digest('hex');
}

/** Each example's most likely class, its probability, and whether it is the true one. */
export function tops({
  probabilities,
  labels,
}: Predictions): { top: number; confidence: number; right: boolean }[] {
  const classes = probabilities.length / Math.max(1, labels.length);
  return Array.from(labels, (label, row) => {
    let top = 0;
    for (let i = 1; i < classes; i++)
      if ((probabilities[row * classes + i] ?? 0) > (probabilities[row * classes + top] ?? 0)) top = i;
    return { top, confidence: probabilities[row * classes + top] ?? 0, right: top === label };
  });
}
