/** Does a value fit a schema? A small validator says; only when it says no, a large one is loaded that tells why. */
import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import * as generated from '../generated/validators.js';

export interface Validator {
  /** Fills defaults into `value`; what does not fit may be left with some of them. */
  fits(value: unknown): boolean;
  /** Everything that does not fit. */
  errors(value: unknown): readonly ErrorObject[];
}

/** What Ajv compiled for all errors, as one that leaves values alone. */
export const errorsBy =
  (validate: ValidateFunction): Validator['errors'] =>
  (value) => {
    const filled = structuredClone(value);
    return validate(filled) ? [] : (validate.errors ?? []);
  };

const load = createRequire(import.meta.url);
const explainers = (): { readonly [schema: string]: ValidateFunction } =>
  load('../../src/generated/all-errors.cjs');

/** By schema: `pipeline` for a file without what is in its stages, and each built-in kind. */
export const validators: ReadonlyMap<string, Validator> = new Map(
  Object.entries(generated).map(([schema, fits]) => {
    const errors: Validator['errors'] = (value) => {
      const validate = explainers()[schema];
      if (!validate) throw new Error(`no validator for ${schema}`);
      return errorsBy(validate)(value);
    };
    return [schema, { fits, errors }];
  }),
);
