/** cache/runs/ID.json: one record a run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../run/store.ts';
import { writeAtomically } from './files.ts';

export function makeRuns(folder: string): Store['runs'] {
  const list = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
      .reverse();
  return {
    write: async (id, record) =>
      writeAtomically(join(folder, `${id}.json`), `${JSON.stringify(record, null, 1)}\n`),
    list: async () => list(),
    read: async (start) => {
      const matching = list().filter((id) => id.startsWith(start));
      const id = matching.includes(start) ? start : matching.length === 1 ? matching[0] : undefined;
      return id === undefined ? null : parsed(join(folder, `${id}.json`));
    },
  };
}

function parsed(file: string): Awaited<ReturnType<Store['runs']['read']>> {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8'));
    return typeof record === 'object' && !Array.isArray(record) ? record : null;
  } catch {
    return null;
  }
}
