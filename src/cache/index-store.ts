/** The index: a fingerprint's results, in Keyv over one JSON file a fingerprint. */
import Keyv from 'keyv';
import type { IndexEntry, Store, StoredResult } from '../run/store.ts';
import { FileStore } from './file-store.ts';

export function makeIndex(folder: string): Pick<Store, 'lookup' | 'record'> {
  const keyv = openKeyv(folder);

  async function lookup(fingerprint: string): Promise<IndexEntry | null> {
    const entry: unknown = await keyv.get(fingerprint);
    return isEntry(entry) && entry.fingerprint === fingerprint ? entry : null;
  }

  async function record(fingerprint: string, kind: string, parts: IndexEntry['parts'], result: StoredResult): Promise<void> {
    const before = await lookup(fingerprint);
    const same = JSON.stringify(result.engine);
    const others = (before?.results ?? []).filter((other) => JSON.stringify(other.engine) !== same);
    const entry: IndexEntry = { version: 1, fingerprint, kind, parts, results: [...others, result] };
    await keyv.set(fingerprint, entry);
  }

  return { lookup, record };
}

/** Keyv without expiry and namespaces: a file is the value itself. */
export function openKeyv(folder: string): Keyv {
  return new Keyv({ store: new FileStore(folder), throwOnErrors: true, useKeyPrefix: false, serialize: (data) => JSON.stringify(data.value), deserialize: (text) => ({ value: JSON.parse(String(text)) }) });
}

function isEntry(value: unknown): value is IndexEntry {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'results' in value && Array.isArray(value.results) && 'fingerprint' in value;
}
