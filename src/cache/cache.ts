/** The cache folder: immutable objects, an index of results over them, records, and the newest outputs for people. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { digest } from '../plan/fingerprint.ts';
import type { PortContent, Store } from '../run/store.ts';
import { makeCheckpoints } from './checkpoints.ts';
import { writeAtomically } from './files.ts';
import { makeIndex } from './index-store.ts';
import { makeObjects } from './objects.ts';
import { makeOutputs } from './outputs.ts';
import { makeRuns } from './runs.ts';
import { openStatCache } from './stat-cache.ts';
import { makeWork } from './work.ts';

/** Raised when an older `pipe` would misread what a newer one leaves. */
const formatVersion = 1;

/** Opens the folder, making it when there is none. Failure: `cache-not-writable`, `cache-version`. */
export async function openCache(folder: string): Promise<Store> {
  prepare(folder);
  const stats = openStatCache(join(folder, 'stat.json'));
  const objects = makeObjects(join(folder, 'objects'), stats);
  const index = makeIndex(join(folder, 'index', 'results'));
  const work = makeWork(join(folder, 'work'));
  return {
    downloads: join(folder, 'downloads'),
    lookup: index.lookup,
    record: index.record,
    adoptFolder: objects.adoptFolder,
    portContent: (type, files): PortContent => ({ type, digest: digest(Object.fromEntries(Object.entries(files).map(([path, ref]) => [path, ref.hash]))), files }),
    intact: async (port) => (await Promise.all(Object.values(port.files).map(objects.intact))).every(Boolean),
    objectPath: objects.path,
    checkpoints: makeCheckpoints(join(folder, 'index', 'checkpoints'), objects),
    workFolder: work.make,
    removeWork: work.remove,
    bringOut: makeOutputs(join(folder, 'out'), objects).bringOut,
    hashFile: stats.hash,
    runs: makeRuns(join(folder, 'runs')),
  };
}

function prepare(folder: string): void {
  const marker = join(folder, 'format.json');
  try {
    for (const part of ['objects', 'index', 'runs', 'out', 'downloads', 'work']) mkdirSync(join(folder, part), { recursive: true });
    const found = readFormat(marker);
    if (found === null) writeAtomically(marker, `${JSON.stringify({ version: formatVersion })}\n`);
    else if (found !== formatVersion) {
      throw new Failure('cache-version', `the cache \`${folder}\` has format ${found}; this pipe reads format ${formatVersion}`, { fix: 'use the pipe that wrote it, or another folder: --cache FOLDER' });
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('cache-not-writable', `the cache \`${folder}\` can't be written: ${why}`, { fix: 'make the folder writable, or choose another: --cache FOLDER or PIPE_CACHE' });
  }
}

function readFormat(marker: string): unknown {
  let text: string;
  try {
    text = readFileSync(marker, 'utf8');
  } catch {
    return null;
  }
  try {
    return JSON.parse(text).version ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
