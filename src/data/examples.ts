import { createHash } from 'node:crypto';
import { exampleSize, type OpenDataset } from './batches.ts';
import type { ExampleDigests } from './dataset.ts';

type Examples = Pick<OpenDataset, 'file' | 'examples' | 'splits'>;

/**
 * The same for the same examples of a split in the same order, as their source has them: whatever transforms make of them,
 * and networks. Rows and labels would not tell: another drawing of a dataset has the same ones.
 */
export function digestOfExamples(dataset: Examples, split: keyof ExampleDigests): string {
  const made = dataset.file.madeFrom?.[split];
  if (made !== undefined) return made;
  const size = exampleSize(dataset);
  const hash = createHash('sha256');
  for (const row of dataset.splits[split])
    hash.update(dataset.examples.subarray(row * size, (row + 1) * size));
  return hash.digest('hex');
}

export function digestsOfExamples(dataset: Examples): ExampleDigests {
  const digest = (split: keyof ExampleDigests): string => digestOfExamples(dataset, split);
  return { train: digest('train'), validation: digest('validation'), test: digest('test') };
}
