/** Does a network take a dataset's examples? */
import type { DatasetFile } from '../data/dataset.ts';
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
      fix: `give the last layer ${classes.length} units`,
    });
}

export const toldClasses = (output: readonly number[], classes: number): string =>
  `the data has ${classes} classes, the model gives [${output.join(', ')}]`;

const fits = (input: readonly number[], example: readonly number[]): boolean =>
  input.join() === example.join();

const told = (input: readonly number[], example: readonly number[]): string =>
  `the model takes [${input.join(', ')}], the data's examples are [${example.join(', ')}]`;

const fixFor = (example: readonly number[]): string => `build the model with input: [${example.join(', ')}]`;
