import type { ErrorObject } from 'ajv';

/** Fills defaults into `value` and says whether it fits; `errors` tells what doesn't. */
export interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}
export const pipeline: Validator;
export const download: Validator;
export const normalize: Validator;
export const augment: Validator;
export const build: Validator;
export const train: Validator;
export const tune: Validator;
export const evaluate: Validator;
export const report: Validator;
export const command: Validator;
