/**
 * What running processes need, so that a collection beside them leaves it alone: cache/leases/run.HOST-PID-START, a line
 * a fingerprint or object. A process pins before it looks whether the thing is there; a collection announces itself
 * before it reads the pins. So either it sees the pin, or the process sees it and waits until it knows what is left.
 */
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../diagnostics/system-code.ts';
import { type Owner, ownerIn, ownerName, stateOf } from './owner.ts';

export interface Pins {
  pin(hashes: readonly string[]): void;
  /** Everything that living processes have pinned. */
  all(): Set<string>;
}

/** There while a collection deletes. */
export const collecting = 'collecting';
const prefix = 'run.';

export function makePins(folder: string): Pins {
  const file = join(folder, `${prefix}${ownerName()}`);
  const pinned = new Set<string>();
  let open: number | undefined;

  function pin(hashes: readonly string[]): void {
    const unpinned = hashes.filter((hash) => !pinned.has(hash));
    if (unpinned.length === 0) return;
    for (const hash of unpinned) pinned.add(hash);
    open ??= begin();
    writeSync(open, `${unpinned.join('\n')}\n`);
    while (existsSync(join(folder, collecting)) && isCollecting(folder)) sleep(20);
  }

  function begin(): number {
    mkdirSync(folder, { recursive: true });
    process.once('exit', () => rmSync(file, { force: true }));
    return openSync(file, 'a');
  }

  return { pin, all: () => read(folder) };
}

function read(folder: string): Set<string> {
  const pinned = new Set<string>();
  for (const name of readdirSync(folder)) {
    const owner = name.startsWith(prefix) ? ownerIn(name.slice(prefix.length)) : null;
    if (!owner) continue;
    for (const hash of pinsIn(join(folder, name), owner)) pinned.add(hash);
  }
  return pinned;
}

function pinsIn(file: string, owner: Owner): readonly string[] {
  try {
    if (!isGone(owner, file)) return readFileSync(file, 'utf8').split('\n');
    rmSync(file, { force: true });
  } catch (error) {
    // Its process has ended since the folder was read: it needs nothing any more.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return [];
}

/** A month. Of processes of other machines only the age of what they left tells. */
export const forgottenMs = 30 * 24 * 60 * 60 * 1000;

/** `file`: what it left. */
export function isGone(owner: Owner, file: string): boolean {
  const state = stateOf(owner);
  if (state !== 'unknown') return state === 'dead';
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined || Date.now() - found.mtimeMs > forgottenMs;
}

/** Does whoever announced a collection still live? */
export function isCollecting(folder: string): boolean {
  const file = join(folder, collecting);
  try {
    const owner = ownerIn(readFileSync(file, 'utf8'));
    if (owner && !isGone(owner, file)) return true;
    rmSync(file, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return false;
}

/** A collection takes as long as deleting some files: not worth making everything asynchronous. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
