/** cache/runs/ID.json: one record a run; cache/runs/.heads.json: what was last taken from each, disposable. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../run/store.ts';
import type { JsonObject } from '../stages/kind.ts';
import { readSealed, seal, writeAtomically } from './files.ts';
import { isObject } from './index-store.ts';

export function makeRuns(folder: string): Store['runs'] {
  const list = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
      .reverse();
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  return {
    write: async (id, record) => writeAtomically(fileOf(id), seal(JSON.stringify(record, null, 1))),
    list: async () => list(),
    read: async (start) => {
      const whole = isId(start) ? readSealed(fileOf(start)) : undefined;
      if (isJsonObject(whole)) return whole;
      const [id, ...others] = list().filter((one) => one.startsWith(start));
      const record = id === undefined || others.length > 0 ? undefined : readSealed(fileOf(id));
      return isJsonObject(record) ? record : null;
    },
    heads: async (version, headOf) => heads(join(folder, '.heads.json'), version, list(), fileOf, headOf),
    remove: async (id) => rmSync(fileOf(id), { force: true }),
  };
}

/** No more than a file of this folder: what a person types may hold anything. */
const isId = (text: string): boolean => /^[\w-]+$/.test(text);

interface Kept<T> {
  /** Of the record's file: a record that was written again is read again. */
  readonly stamp: string;
  readonly head: T | null;
}

function heads<T>(
  file: string,
  version: number,
  ids: readonly string[],
  fileOf: (id: string) => string,
  headOf: (record: unknown) => T | null,
): T[] {
  const kept = readKept<T>(file, version);
  let changed = Object.keys(kept).length !== ids.length;
  const now = ids.flatMap((id): [string, Kept<T>][] => {
    const stamp = stampOf(fileOf(id));
    if (stamp === null) return [];
    const known = kept[id];
    if (known?.stamp === stamp) return [[id, known]];
    changed = true;
    return [[id, { stamp, head: headOf(readSealed(fileOf(id))) }]];
  });
  if (changed) keep(file, version, Object.fromEntries(now));
  return now.flatMap(([, { head }]) => head ?? []);
}

function keep(file: string, version: number, kept: object): void {
  try {
    writeAtomically(file, seal(JSON.stringify({ version, heads: kept })));
  } catch {
    // In a folder that can't be written, they are taken anew each time.
  }
}

/** Written and sealed by this program alone; damaged or of another version it counts for nothing. */
function readKept<T>(file: string, version: number): { readonly [id: string]: Kept<T> } {
  const kept = readSealed(file);
  return isKept<T>(kept) && kept.version === version ? kept.heads : {};
}

function isKept<T>(value: unknown): value is { version: number; heads: { readonly [id: string]: Kept<T> } } {
  return isObject(value) && isObject(value.heads);
}

function stampOf(file: string): string | null {
  try {
    const { size, mtimeMs, ino } = statSync(file);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return null;
  }
}

/** What is parsed is JSON: only its outermost form is in question. */
function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}
