/** What the operating system refuses, in words, with what to do about it. */
import type { Diagnostic } from './diagnostic.ts';
import { codeOf } from './system-code.ts';

type Told = Pick<Diagnostic, 'code' | 'fix'> & { readonly message: string };

const told: { readonly [code: string]: Told } = {
  ENOSPC: {
    code: 'disk-full',
    message: 'the disk is full',
    fix: 'make room (`pipe cache gc` tells what can go) and run again: what was finished is kept',
  },
  EDQUOT: {
    code: 'disk-full',
    message: 'the disk quota is used up',
    fix: 'make room (`pipe cache gc` tells what can go) and run again: what was finished is kept',
  },
  EIO: {
    code: 'disk-error',
    message: 'the disk failed',
    fix: 'look after the disk, then run again: what was finished is kept, and checked before it is used',
  },
  EROFS: {
    code: 'cache-not-writable',
    message: 'the file system is read-only',
    fix: 'make it writable, or choose another cache: --cache FOLDER or PIPE_CACHE',
  },
  EACCES: {
    code: 'cache-not-writable',
    message: 'permission is missing',
    fix: 'make it writable, or choose another cache: --cache FOLDER or PIPE_CACHE',
  },
};

/** Null for an error that no operating system has raised, or whose code says nothing to a person. */
export function systemDiagnostic(error: unknown): Diagnostic | null {
  const known = told[codeOf(error)];
  return known && error instanceof Error
    ? { severity: 'error', ...known, message: `${known.message}: ${error.message}` }
    : null;
}
