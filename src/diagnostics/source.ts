import { readFileSync } from 'node:fs';

/** A file's text, or null where it can't be read. */
export function readSource(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
