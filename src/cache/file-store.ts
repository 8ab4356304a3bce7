/** What Keyv keeps its entries in: one JSON file a key, renamed into place. An unreadable file is one miss. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './files.ts';

export class FileStore {
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }

  get(key: string): string | undefined {
    try {
      const text = readFileSync(this.#path(key), 'utf8');
      JSON.parse(text);
      return text;
    } catch {
      return undefined;
    }
  }

  set(key: string, value: string): boolean {
    writeAtomically(this.#path(key), value);
    return true;
  }

  delete(key: string): boolean {
    rmSync(this.#path(key), { force: true });
    return true;
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Keys are hashes: their first two letters keep folders small. */
  #path(key: string): string {
    return join(this.#folder, key.slice(0, 2), `${key.slice(2)}.json`);
  }
}
