/** Hashes of files that have not changed since they were hashed, by what the file system tells of them. Disposable. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { writeAtomically } from './files.ts';

export interface StatCache {
  /** sha256 of a file, from memory where size, mtime and inode are as they were. */
  hash(path: string): Promise<string>;
  remember(path: string, hash: string): void;
}

type Entry = readonly [size: number, mtimeMs: number, inode: number, hash: string];

/** As git's index does it: a file changed within this time of being hashed may change again unseen. */
const racyMs = 10;

export function openStatCache(file: string): StatCache {
  const entries = new Map<string, Entry>(read(file));
  let dirty = false;
  process.once('exit', () => {
    if (dirty) save(file, entries);
  });

  function remember(path: string, hash: string): void {
    const { size, mtimeMs, ino } = statSync(path);
    if (Date.now() - mtimeMs < racyMs) return;
    entries.set(path, [size, mtimeMs, ino, hash]);
    dirty = true;
  }

  async function hash(path: string): Promise<string> {
    const { size, mtimeMs, ino } = statSync(path);
    const known = entries.get(path);
    if (known && known[0] === size && known[1] === mtimeMs && known[2] === ino) return known[3];
    const made = await hashOf(path);
    remember(path, made);
    return made;
  }

  return { hash, remember };
}

/** sha256 of a file's bytes, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function read(file: string): [string, Entry][] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isStat(parsed) ? Object.entries(parsed.files) : [];
  } catch {
    return [];
  }
}

function isStat(value: unknown): value is { files: { [path: string]: Entry } } {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'files' in value && typeof value.files === 'object';
}

function save(file: string, entries: ReadonlyMap<string, Entry>): void {
  try {
    writeAtomically(file, JSON.stringify({ version: 1, files: Object.fromEntries(entries) }));
  } catch {
    // It only saves hashing again.
  }
}
