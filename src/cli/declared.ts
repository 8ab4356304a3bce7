/** How a command is declared, and how it reads what its options are given. */
import { type Command, InvalidArgumentError } from 'commander';
import { readDuration } from '../pipeline/policy.ts';

export interface Declared {
  readonly about: string;
  readonly examples?: readonly string[];
  /** In place of what operands and options make. */
  readonly usage?: string;
  readonly operands?: readonly Operand[];
  readonly options?: readonly Option[];
  /** Gets the operands and the options; tells the exit code. */
  readonly action: (...given: Parameters<Parameters<Command['action']>[0]>) => Promise<number>;
  readonly commands?: Commands;
}
export interface Commands {
  readonly [name: string]: Declared;
}
export type Operand = readonly [form: string, about: string, more?: Limits];
export type Option = readonly [form: string, about: string, more?: Limits & Reads];
interface Limits {
  readonly choices?: readonly string[];
  readonly preset?: string;
}
interface Reads {
  readonly read?: (text: string) => string | number;
}

export function durationOf(text: string): number {
  const milliseconds = readDuration(text);
  if (!(milliseconds > 0)) throw new InvalidArgumentError('It must be a time such as 2h, 30m or 90s.');
  return milliseconds;
}

/** A whole number from 1. Numbers stay texts here: the settings make them numbers. */
export function countOf(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return text;
}

/** Letters, digits, `.`, `_` and `-`; what starts like an id or is `last` would mean another run. */
export function nameOf(text: string): string {
  if (!/^[\w.-]+$/.test(text) || /^(last|\d{8}-)/.test(text))
    throw new InvalidArgumentError(
      'It must be letters, digits, `.`, `_` or `-`, and not look like an id or `last`.',
    );
  return text;
}
