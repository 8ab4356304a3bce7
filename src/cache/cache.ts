/** The cache folder: immutable objects, an index of results over them, records, and the newest outputs for people. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import { digest } from '../plan/fingerprint.ts';
import type { Files, PortContent, Store } from '../run/store.ts';
import { makeCheckpoints } from './checkpoints.ts';
import { makeEntries } from './entries.ts';
import { makeEvidence } from './evidence.ts';
import { readSealed, seal, writeAtomically, writeDurably } from './files.ts';
import { makeIndex } from './index-store.ts';
import { makeLeases } from './leases.ts';
import { makeLogs } from './logs.ts';
import { makeObjects } from './objects.ts';
import { makeOutputs } from './outputs.ts';
import { makePins } from './pins.ts';
import { makeRuns } from './runs.ts';
import { openStatCache } from './stat-cache.ts';
import { makeWork } from './work.ts';

/** Raised when an older `pipe` would misread what a newer one leaves. */
const formatVersion = 1;
const parts = ['objects', 'index', 'runs', 'out', 'downloads', 'work', 'leases', 'logs'];

/** Opens the folder, making it when there is none. Failure: `cache-not-writable`, `cache-version`. */
export async function openCache(folder: string): Promise<Store> {
  prepare(folder);
  const stats = openStatCache(join(folder, 'stat.json'));
  const leases = makeLeases(join(folder, 'leases'));
  const pins = makePins(join(folder, 'leases'));
  const objects = makeObjects(join(folder, 'objects'), stats, pins.pin);
  const results = makeEntries(join(folder, 'index', 'results'));
  const index = makeIndex(results, objects);
  const checkpoints = makeEntries(join(folder, 'index', 'checkpoints'));
  const work = makeWork(join(folder, 'work'));
  return {
    folder,
    downloads: join(folder, 'downloads'),
    lookup: index.lookup,
    record: index.record,
    use: pins.pin,
    adoptFolder: objects.adoptFolder,
    adoptFile: objects.adoptFile,
    adoptText: objects.adoptText,
    portContent,
    intact: async (port) => {
      for (const ref of Object.values(port.files)) if (!(await objects.intact(ref))) return false;
      return true;
    },
    objectPath: objects.path,
    checkpoints: makeCheckpoints(checkpoints, objects, pins.pin),
    workFolder: work.make,
    removeWork: work.remove,
    noteGroup: work.noteGroup,
    keepLog: makeLogs(join(folder, 'logs')).keep,
    lease: leases.take,
    evidence: makeEvidence(folder, results, objects, stats),
    bringOut: makeOutputs(join(folder, 'out'), objects, stats, work).bringOut,
    hashFile: stats.hash,
    memory: makeMemory(join(folder, 'memory')),
    runs: makeRuns(join(folder, 'runs')),
  };
}

/** Read and written directly: it is gone without harm. */
function makeMemory(folder: string): Store['memory'] {
  const path = (key: string): string => join(folder, `${key}.json`);
  return {
    get: (key) => readSealed(path(key)),
    set: (key, value) => {
      try {
        writeAtomically(path(key), seal(JSON.stringify(value)));
      } catch {
        // It only saves work later.
      }
    },
  };
}

function portContent(type: PortContent['type'], files: Files, uses: readonly string[] = []): PortContent {
  const hashes = Object.fromEntries(Object.entries(files).map(([path, ref]) => [path, ref.hash]));
  return { type, digest: digest(hashes), files, ...(uses.length > 0 ? { uses } : {}) };
}

/** Looks at the format before it touches anything. */
function prepare(folder: string): void {
  const marker = join(folder, 'format.json');
  try {
    const found = readFormat(marker);
    if (found !== null && found !== formatVersion) throw wrongVersion(folder, found);
    const isNew = !existsSync(folder);
    for (const part of parts) {
      mkdirSync(join(folder, part), { recursive: true });
      accessSync(join(folder, part), constants.W_OK);
    }
    // Git shall not offer what is in it.
    if (isNew) writeDurably(join(folder, '.gitignore'), '*\n');
    if (found === null) writeDurably(marker, `${JSON.stringify({ version: formatVersion })}\n`);
  } catch (error) {
    if (error instanceof Failure || ['ENOSPC', 'EDQUOT', 'EIO'].includes(codeOf(error))) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('cache-not-writable', `the cache \`${folder}\` can't be written: ${why}`, {
      fix: 'make the folder writable, or choose another: --cache FOLDER or PIPE_CACHE',
    });
  }
}

function wrongVersion(folder: string, found: unknown): Failure {
  return new Failure(
    'cache-version',
    `the cache \`${folder}\` has format ${found}; this pipe reads format ${formatVersion}`,
    {
      fix: 'use the pipe that wrote it, or another folder: --cache FOLDER',
    },
  );
}

/** Null when there is none; a marker that can't be understood may be a newer one's. */
function readFormat(marker: string): unknown {
  let text: string;
  try {
    text = readFileSync(marker, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text).version ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
