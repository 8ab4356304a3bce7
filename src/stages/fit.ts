/** Does a network take a dataset's examples? */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { CheckInput, Form } from './kind.ts';

/** Of what is known before anything runs. */
export function misfit(model: Form | undefined, data: Form | undefined, at: CheckInput['at']): Diagnostic[] {
  if (model?.type !== 'model' || data?.type !== 'dataset' || !data.example) return [];
  if (fits(model.input, data.example)) return [];
  return [at('data', { code: 'shape-mismatch', message: told(model.input, data.example) })];
}

/** Failure `shape-mismatch`: networks from elsewhere are known only when they are there. */
export function requireFit(
  network: { readonly input: readonly number[] },
  data: { readonly example: readonly number[] },
): void {
  if (!fits(network.input, data.example))
    throw new Failure('shape-mismatch', told(network.input, data.example));
}

const fits = (input: readonly number[], example: readonly number[]): boolean =>
  input.join() === example.join();

const told = (input: readonly number[], example: readonly number[]): string =>
  `the model takes [${input.join(', ')}], the data's examples are [${example.join(', ')}]`;
