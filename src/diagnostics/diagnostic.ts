/** What can be wrong, as a value: printed once, by ui/, without a stack. */
import type { Code } from './codes.ts';

/** A stretch of a file. Lines and columns count from 1; `end` is exclusive. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: Code;
  /** One sentence: what was found and what was expected. */
  readonly message: string;
  readonly place?: Place;
  /** What to do about it: a suggestion or a command to type. */
  readonly fix?: string;
  /** Other places that belong to it: where a var was written, the other stages of a cycle. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
}

export const isError = ({ severity }: Pick<Diagnostic, 'severity'>): boolean => severity === 'error';

export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly warnings?: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Carries a diagnostic out of code that cannot go on, such as a stage's run. The only exception a person's mistake may cause. */
export class Failure extends Error {
  readonly diagnostic: Diagnostic;
  constructor(code: Code, message: string, more: { fix?: string; place?: Place } = {}) {
    super(message);
    this.name = 'Failure';
    this.diagnostic = { severity: 'error', code, message, ...more };
  }
}
