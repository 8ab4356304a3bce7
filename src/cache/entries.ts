/** Small values by key: one sealed JSON file a key, renamed into place. A damaged one is one miss. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, readSealed, seal, writeAtomically } from './files.ts';

export interface Entries {
  /** Undefined for what isn't there or is damaged. */
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
  keys(): string[];
}

/** Keys are hashes: their first two letters keep folders small. */
export function makeEntries(folder: string): Entries {
  const path = (key: string): string => join(folder, key.slice(0, 2), `${key.slice(2)}.json`);
  return {
    get: (key) => readSealed(path(key)),
    set: (key, value) => writeAtomically(path(key), seal(JSON.stringify(value))),
    delete: (key) => rmSync(path(key), { force: true }),
    keys: () =>
      list(folder).flatMap((start) =>
        list(join(folder, start))
          .filter((name) => name.endsWith('.json'))
          .map((name) => start + name.slice(0, -'.json'.length)),
      ),
  };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw error;
  }
}
