/** What options on the command line may be given. */
import { InvalidArgumentError } from 'commander';
import { readDuration } from '../pipeline/policy.ts';

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
