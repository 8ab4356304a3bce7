import { createHash } from 'node:crypto';
import { exampleSize, type OpenDataset } from './batches.ts';

/**
 * The same for the same examples in the same order, as their source has them: whatever transforms make of them. Rows and
 * labels would not tell: another drawing of a dataset has the same ones.
 */
export function digestOfExamples(dataset: Pick<OpenDataset, 'file' | 'examples'>, rows: Int32Array): string {
  const size = exampleSize(dataset);
  const hash = createHash('sha256');
  for (const row of rows) hash.update(dataset.examples.subarray(row * size, (row + 1) * size));
  return hash.digest('hex');
}
