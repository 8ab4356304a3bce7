/** Does a value fit a schema? A small validator says; only when it says no, a large one is loaded that tells why. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import * as generated from '../generated/validators.js';

export interface Validator {
  /** Fills defaults into `value`; what does not fit may be left with some of them. */
  fits(value: unknown): boolean;
  /** Everything that does not fit, of a value that does not. */
  errors(value: unknown): readonly ErrorObject[];
}

/** What Ajv compiled for all errors, as one that leaves values alone. */
export const errorsBy =
  (validate: ValidateFunction): Validator['errors'] =>
  (value) => {
    const filled = structuredClone(value);
    return validate(filled) ? [] : (validate.errors ?? []);
  };

/** In a build it lies beside this code: that of another build may be of other schemas. */
const explainers = (): { readonly [schema: string]: ValidateFunction } => {
  const isBuilt = existsSync(new URL('./all-errors.cjs', import.meta.url));
  return createRequire(import.meta.url)(isBuilt ? './all-errors.cjs' : '../generated/all-errors.cjs');
};

/** By schema: `pipeline` for a file without what is in its stages, `matrix` for a stage's, and each built-in kind. */
export const validators: ReadonlyMap<string, Validator> = new Map(
  Object.entries(generated).map(([schema, fits]) => {
    const errors: Validator['errors'] = (value) => {
      const validate = explainers()[schema];
      const found = validate ? errorsBy(validate)(value) : [];
      if (found.length === 0) throw new Error(`the two validators of ${schema} disagree`);
      return found;
    };
    return [schema, { fits, errors }];
  }),
);
