/** Does a network take a dataset's examples? */
import type { DatasetFile, Transform } from '../data/dataset.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { type Network, outputShape } from '../nn/graph.ts';
import type { CheckInput, Form } from './kind.ts';

/** Of what is known before anything runs. */
export function misfit(model: Form | undefined, data: Form | undefined, at: CheckInput['at']): Diagnostic[] {
  if (model?.type !== 'model' || data?.type !== 'dataset' || !data.example) return [];
  if (fits(model.input, data.example)) return [];
  const [message, fix] = [told(model.input, data.example), fixFor(data.example)];
  return [at('data', { code: 'shape-mismatch', message, fix })];
}

/** Failure `shape-mismatch`: networks and datasets from elsewhere are known only when they are there. */
export function requireFit({ input }: Network, { example }: DatasetFile): void {
  if (!fits(input, example))
    throw new Failure('shape-mismatch', told(input, example), { fix: fixFor(example) });
}

/** Does it tell as many classes apart as the data has? Failure `shape-mismatch`. */
export function requireClasses(network: Network, { classes }: DatasetFile): void {
  const output = outputShape(network);
  if (output.join() !== String(classes.length))
    throw new Failure('shape-mismatch', toldClasses(output, classes.length), {
      fix: fixForClasses(output, classes.length),
    });
}

export const fixForClasses = (output: readonly number[], classes: number): string =>
  output.length > 1
    ? `put a globalAveragePooling2d or flatten before a last dense layer of ${classes} units`
    : `give the last layer ${classes} units`;

/** Was it normalized by other numbers than those that a model was trained with? */
export function isNormalizedOtherwise(
  normalization: readonly Transform[],
  { transforms }: DatasetFile,
): boolean {
  const own = transforms.filter(({ transform }) => transform === 'normalize');
  return JSON.stringify(own) !== JSON.stringify(normalization);
}

export const toldClasses = (output: readonly number[], classes: number): string =>
  `the data has ${classes} classes, the model gives [${output.join(', ')}]`;

const fits = (input: readonly number[], example: readonly number[]): boolean =>
  input.join() === example.join();

const told = (input: readonly number[], example: readonly number[]): string =>
  `the model takes [${input.join(', ')}], the data's examples are [${example.join(', ')}]`;

const fixFor = (example: readonly number[]): string => `build the model with input: [${example.join(', ')}]`;
