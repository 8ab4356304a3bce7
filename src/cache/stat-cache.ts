/** Hashes of files that have not changed since they were hashed, by what the file system tells of them. Disposable. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, type Stats, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { writeAtomically } from './files.ts';

export interface StatCache {
  /** sha256 of a file, from memory where size, mtime, ctime and inode are as they were. */
  hash(path: string): Promise<string>;
  /** The same for an object, whose ctime changes with each link to it and so says nothing. */
  hashObject(path: string): Promise<string>;
  /** For a file that nobody writes to any more. */
  remember(path: string, hash: string): void;
}

type Entry = readonly [size: number, mtimeMs: number, ctimeMs: number, inode: number, hash: string];
type Stamp = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/**
 * As in git's index: a file changed so shortly before it was hashed may change again without its time changing. FAT
 * counts in steps of two seconds, the coarsest in use.
 */
const racyMs = 2000;

export function openStatCache(file: string): StatCache {
  const entries = new Map<string, Entry>(read(file));
  let dirty = false;
  atExit.add(() => {
    if (dirty) save(file, entries);
  });

  function put(path: string, stamp: Stamp, hash: string): void {
    entries.set(path, [stamp.size, stamp.mtimeMs, stamp.ctimeMs, stamp.ino, hash]);
    dirty = true;
  }

  async function hashUnless(path: string, same: (entry: Entry, stamp: Stamp) => boolean): Promise<string> {
    const before = statSync(path);
    const known = entries.get(path);
    if (known && same(known, before)) return known[4];
    const started = Date.now();
    const made = await hashOf(path);
    const settled = sameFile(entryOf(before, made), statSync(path)) && started - before.mtimeMs >= racyMs;
    if (settled) put(path, before, made);
    return made;
  }

  return {
    hash: (path) => hashUnless(path, (entry, stamp) => sameFile(entry, stamp) && entry[2] === stamp.ctimeMs),
    hashObject: (path) => hashUnless(path, sameFile),
    remember: (path, hash) => put(path, statSync(path), hash),
  };
}

/** sha256 of a file's bytes, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

const entryOf = (stamp: Stamp, hash: string): Entry => [
  stamp.size,
  stamp.mtimeMs,
  stamp.ctimeMs,
  stamp.ino,
  hash,
];

function sameFile(entry: Entry, stamp: Stamp): boolean {
  return entry[0] === stamp.size && entry[1] === stamp.mtimeMs && entry[3] === stamp.ino;
}

// One listener, however many caches a process opens.
const atExit = new Set<() => void>();
process.once('exit', () => {
  for (const job of atExit) job();
});

function read(file: string): [string, Entry][] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isStat(parsed) ? Object.entries(parsed.files) : [];
  } catch {
    return [];
  }
}

function isStat(value: unknown): value is { files: { [path: string]: Entry } } {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 2)
    return false;
  if (!('files' in value) || typeof value.files !== 'object' || value.files === null) return false;
  return Object.values(value.files).every((entry) => Array.isArray(entry) && typeof entry[4] === 'string');
}

function save(file: string, entries: ReadonlyMap<string, Entry>): void {
  try {
    writeAtomically(file, JSON.stringify({ version: 2, files: Object.fromEntries(entries) }));
  } catch {
    // It only saves hashing again.
  }
}
