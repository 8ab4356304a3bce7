/** What a cache holds: results, checkpoints and objects, who needed them last, and how large they are. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileRef, Files, IndexEntry } from '../run/store.ts';
import { isCheckpoints } from './checkpoints.ts';
import { type Entries, makeEntries } from './entries.ts';
import { namesIn } from './files.ts';
import { isEntry } from './index-store.ts';
import { makeRuns } from './runs.ts';

export interface Held {
  /** Its fingerprint, or a training's key. */
  readonly key: string;
  readonly type: 'result' | 'checkpoint';
  readonly objects: readonly FileRef[];
  /** When it was made, or last a part of a run: milliseconds since 1970. */
  readonly used: number;
  /** Null for a checkpoint. */
  readonly entry: IndexEntry | null;
  readonly file: string;
}

/** A stage of a recorded run. */
export interface Use {
  readonly run: string;
  readonly pipeline: string;
  readonly profile: string | null;
  readonly stage: string;
  readonly fingerprint: string;
  readonly time: number;
}

export interface Contents {
  readonly held: readonly Held[];
  /** Newest run first. */
  readonly uses: readonly Use[];
  /** Keys of entries that can't be read. */
  readonly damaged: readonly { readonly key: string; readonly entries: Entries }[];
}

export async function contentsOf(folder: string): Promise<Contents> {
  const uses = await usesOf(join(folder, 'runs'));
  const lastUse = new Map<string, number>();
  for (const { fingerprint, time } of uses)
    lastUse.set(fingerprint, Math.max(time, lastUse.get(fingerprint) ?? 0));
  const held: Held[] = [];
  const damaged: { key: string; entries: Entries }[] = [];
  for (const type of ['result', 'checkpoint'] as const) {
    const at = join(folder, 'index', `${type}s`);
    const entries = makeEntries(at);
    for (const key of entries.keys()) {
      const made = statSync(entries.path(key), { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const found = heldBy(type, key, await entries.get(key), Math.max(made, lastUse.get(key) ?? 0));
      if (found) held.push({ ...found, file: entries.path(key) });
      else damaged.push({ key, entries });
    }
  }
  return { held, uses, damaged };
}

function heldBy(type: Held['type'], key: string, value: unknown, used: number): Omit<Held, 'file'> | null {
  if (type === 'result' && isEntry(value) && value.fingerprint === key) {
    const files = value.results.flatMap((result) => Object.values(result.ports).map((port) => port.files));
    return { key, type, objects: refsOf(files), used, entry: value };
  }
  if (type === 'checkpoint' && isCheckpoints(value))
    return { key, type, objects: refsOf(value.epochs.map(({ files }) => files)), used, entry: null };
  return null;
}

function refsOf(all: readonly Files[]): FileRef[] {
  const refs = all.flatMap((files) => Object.values(files));
  return [...new Map(refs.map((ref) => [ref.hash, ref])).values()];
}

async function usesOf(folder: string): Promise<Use[]> {
  const runs = makeRuns(folder);
  const uses: Use[] = [];
  for (const run of await runs.list()) {
    const record = new Map(Object.entries((await runs.read(run)) ?? {}));
    const [pipeline, profile, stages] = [record.get('pipeline'), record.get('profile'), record.get('stages')];
    const time = Date.parse(String(record.get('started')));
    if (typeof pipeline !== 'string' || !Array.isArray(stages)) continue;
    for (const stage of stages) {
      const { name, fingerprint } = Object(stage);
      if (typeof name !== 'string' || typeof fingerprint !== 'string') continue;
      const of = typeof profile === 'string' ? profile : null;
      uses.push({
        run,
        pipeline,
        profile: of,
        stage: name,
        fingerprint,
        time: Number.isNaN(time) ? 0 : time,
      });
    }
  }
  return uses;
}

/** Every object file by its hash, with its size and when it was made. */
export function objectsIn(folder: string): Map<string, { size: number; made: number; path: string }> {
  const objects = new Map<string, { size: number; made: number; path: string }>();
  for (const start of namesIn(join(folder, 'objects'))) {
    for (const rest of namesIn(join(folder, 'objects', start))) {
      const path = join(folder, 'objects', start, rest);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found && /^[0-9a-f]{64}$/.test(start + rest))
        objects.set(start + rest, { size: found.size, made: found.mtimeMs, path });
    }
  }
  return objects;
}
