/** cache/runs/ID.json: one record a run. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../run/store.ts';
import type { JsonObject } from '../stages/kind.ts';
import { readSealed, seal, writeAtomically } from './files.ts';
import { isObject } from './index-store.ts';

export function makeRuns(folder: string): Store['runs'] {
  const list = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
      .reverse();
  return {
    write: async (id, record) =>
      writeAtomically(join(folder, `${id}.json`), seal(JSON.stringify(record, null, 1))),
    list: async () => list(),
    read: async (start) => {
      const matching = list().filter((id) => id.startsWith(start));
      const id = matching.includes(start) ? start : matching.length === 1 ? matching[0] : undefined;
      const record = id === undefined ? undefined : readSealed(join(folder, `${id}.json`));
      return isJsonObject(record) ? record : null;
    },
  };
}

/** What is parsed is JSON: only its outermost form is in question. */
function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}
