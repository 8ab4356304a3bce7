/** Small values by key: Keyv over one sealed JSON file a key, renamed into place. A damaged one is one miss. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Keyv from 'keyv';
import { namesIn, readSealedJson, seal, writeAtomically } from './files.ts';

export interface Entries {
  /** Undefined for what isn't there or is damaged. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): string[];
  path(key: string): string;
}

/** Keys are hashes: their first two letters keep folders small. */
export function makeEntries(folder: string): Entries {
  const files = new SealedFiles(folder);
  // Without expiry and namespaces a file holds the value itself; the seal is over its text, so the store parses it.
  const keyv = new Keyv({
    store: files,
    throwOnErrors: true,
    useKeyPrefix: false,
    serialize: ({ value }) => JSON.stringify(value),
    deserialize: (text) => ({ value: JSON.parse(text) }),
  });
  return {
    get: (key) => keyv.get(key),
    set: async (key, value) => void (await keyv.set(key, value)),
    delete: async (key) => void (await keyv.delete(key)),
    keys: () => files.keys(),
    path: (key) => files.path(key),
  };
}

/** The adapter that Keyv asks for. */
class SealedFiles {
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }

  get(key: string): string | undefined {
    return readSealedJson(this.path(key));
  }

  set(key: string, json: string): boolean {
    writeAtomically(this.path(key), seal(json));
    return true;
  }

  delete(key: string): boolean {
    rmSync(this.path(key), { force: true });
    return true;
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  keys(): string[] {
    return namesIn(this.#folder).flatMap((start) =>
      namesIn(join(this.#folder, start))
        .filter((name) => name.endsWith('.json'))
        .map((name) => start + name.slice(0, -'.json'.length)),
    );
  }

  path(key: string): string {
    return join(this.#folder, key.slice(0, 2), `${key.slice(2)}.json`);
  }
}
