/** The index: the results of a fingerprint. */
import { canonicalize } from '../plan/canonical.ts';
import type { IndexEntry, Store, StoredResult } from '../run/store.ts';
import type { Entries } from './entries.ts';
import type { Objects } from './objects.ts';

export function makeIndex(
  entries: Entries,
  objects: Pick<Objects, 'present'>,
): Pick<Store, 'lookup' | 'record'> {
  async function find(fingerprint: string): Promise<IndexEntry | null> {
    const entry = await entries.get(fingerprint);
    if (!isEntry(entry) || entry.fingerprint !== fingerprint) return null;
    return { ...entry, results: entry.results.filter(isResult) };
  }

  async function record(...[fingerprint, kind, parts, result]: Parameters<Store['record']>): Promise<void> {
    mustBePresent(result, objects);
    const same = canonicalize(result.engine);
    const others = ((await find(fingerprint))?.results ?? []).filter(
      (other) => canonicalize(other.engine) !== same,
    );
    const entry: IndexEntry = { version: 1, fingerprint, kind, parts, results: [...others, result] };
    await entries.set(fingerprint, entry);
  }

  return { lookup: find, record };
}

/** The promise that everything rests on: an index entry has its objects. */
function mustBePresent(result: StoredResult, objects: Pick<Objects, 'present'>): void {
  for (const [port, content] of Object.entries(result.ports)) {
    for (const [path, ref] of Object.entries(content.files)) {
      if (!objects.present(ref)) throw new Error(`the cache lacks \`${path}\` of port \`${port}\``);
    }
  }
}

export function isEntry(value: unknown): value is IndexEntry {
  if (!isObject(value)) return false;
  return (
    value.version === 1 &&
    typeof value.fingerprint === 'string' &&
    isObject(value.parts) &&
    Array.isArray(value.results)
  );
}

/** A newer `pipe` may add results of another version to an entry: these alone are skipped. */
function isResult(value: unknown): value is StoredResult {
  if (!isObject(value)) return false;
  return (
    value.version === 1 &&
    isObject(value.ports) &&
    isObject(value.values) &&
    Object.values(value.ports).every(isPort)
  );
}

function isPort(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.digest === 'string' &&
    isObject(value.files) &&
    Object.values(value.files).every(isRef) &&
    (value.uses === undefined || (Array.isArray(value.uses) && value.uses.every(isText)))
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Damage in the middle of a file may leave JSON that means something else. */
export function isRef(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.hash === 'string' &&
    /^[0-9a-f]{64}$/.test(value.hash) &&
    typeof value.size === 'number'
  );
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
