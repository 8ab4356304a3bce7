/** Hashes of files that have not changed since they were hashed, by what the file system tells of them. Disposable. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Stamp } from '../run/store.ts';
import { readSealed, seal, writeAtomically } from './files.ts';

export interface StatCache {
  /** sha256 of a file, from memory where size, mtime, ctime and inode are as they were. */
  hash(path: string): Promise<string>;
  /** The same from memory alone; null where nothing is remembered or anything changed. */
  known(path: string): string | null;
  /** What the file system said of it when it was as it is remembered; null where nothing is remembered. */
  stamp(path: string): Stamp | null;
  /** For a file that nobody writes to any more, or a folder, of which any digest may be remembered; `from` is where it is now. */
  remember(path: string, hash: string, from?: string): void;
  /** What is known of these files still holds after the work, which changes their number of links alone. */
  keeping(paths: readonly string[], work: () => Promise<void>): Promise<void>;
  /** Writes what was learnt to the disk; it is done at the process's end anyway. */
  save(): void;
}

type Entry = readonly [...Stamp, hash: string];
type Told = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/**
 * As in git's index: a file changed so shortly before it was hashed may change again without its time changing. FAT
 * counts in steps of two seconds, the coarsest in use.
 */
const racyMs = 2000;

export function openStatCache(file: string): StatCache {
  /** Read when it is first asked for anything. */
  let entries: Map<string, Entry> | undefined;
  const learnt = new Map<string, Entry>();

  function all(): Map<string, Entry> {
    entries ??= read(file);
    return entries;
  }

  function put(path: string, now: Told, hash: string): void {
    const entry: Entry = [...stampOf(now), hash];
    all().set(path, entry);
    learnt.set(path, entry);
  }

  function known(path: string): string | null {
    const entry = all().get(path);
    if (!entry) return null;
    const now = statSync(path, { throwIfNoEntry: false });
    return now && isSame(entry, now) ? entry[4] : null;
  }

  function stamp(path: string): Stamp | null {
    const entry = all().get(path);
    return entry ? [entry[0], entry[1], entry[2], entry[3]] : null;
  }

  async function hash(path: string): Promise<string> {
    const before = statSync(path);
    const entry = all().get(path);
    if (entry && isSame(entry, before)) return entry[4];
    const started = Date.now();
    const made = await hashOf(path, before.size);
    const settled = isSame(stampOf(before), statSync(path)) && started - before.mtimeMs >= racyMs;
    if (settled) put(path, before, made);
    return made;
  }

  async function keeping(paths: readonly string[], work: () => Promise<void>): Promise<void> {
    const before = paths.map((path) => [path, known(path)] as const);
    await work();
    for (const [path, hash] of before) if (hash !== null) put(path, statSync(path), hash);
  }

  function save(): void {
    if (learnt.size === 0) return;
    try {
      // Other processes may have saved since: theirs stays.
      const both = { ...Object.fromEntries(read(file)), ...Object.fromEntries(learnt) };
      writeAtomically(file, seal(JSON.stringify({ version, boot: bootOf(), files: both })));
      learnt.clear();
    } catch {
      // It only saves hashing again.
    }
  }

  atExit.add(save);
  const remember: StatCache['remember'] = (path, hash, from = path) => put(path, statSync(from), hash);
  return { hash, known, stamp, remember, keeping, save };
}

/** Below it a file is read at once. */
const smallBytes = 1 << 20;

/** sha256 of a file's bytes, in hexadecimal. */
export async function hashOf(path: string, size = statSync(path).size): Promise<string> {
  if (size <= smallBytes) return createHash('sha256').update(readFileSync(path)).digest('hex');
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(4 * smallBytes);
  const file = openSync(path, 'r');
  try {
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, count));
      // Programs that run meanwhile have something to say.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

export const stampOf = ({ size, mtimeMs, ctimeMs, ino }: Told): Stamp => [size, mtimeMs, ctimeMs, ino];

function isSame(stamp: Stamp | Entry, now: Told): boolean {
  return (
    stamp[1] === now.mtimeMs && stamp[2] === now.ctimeMs && stamp[0] === now.size && stamp[3] === now.ino
  );
}

// One listener, however many caches a process opens.
const atExit = new Set<() => void>();
process.once('exit', () => {
  for (const job of atExit) job();
});

const version = 3;

/** What was written before the machine last started may not have reached the disk: it is hashed once more. */
function read(file: string): Map<string, Entry> {
  const parsed = readSealed(file);
  return isStat(parsed) && parsed.boot === bootOf() ? new Map(Object.entries(parsed.files)) : new Map();
}

function isStat(value: unknown): value is { boot: string; files: { [path: string]: Entry } } {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== version)
    return false;
  return 'files' in value && typeof value.files === 'object' && value.files !== null && 'boot' in value;
}

let boot: string | undefined;

/** Tells one start of the machine from another: Linux gives it a name, elsewhere its time has to do. */
function bootOf(): string {
  boot ??= nameOfBoot() ?? String(Math.round((Date.now() / 1000 - uptime()) / 600));
  return boot;
}

function nameOfBoot(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
