/** cache/work/: folders of running stages. What processes that are gone have left is cleared when the cache is next opened. */
import { mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from './files.ts';
import { ownerIn, ownerName, startOf, stateOf } from './owner.ts';

export interface Work {
  /** An empty folder; beside it, `FOLDER.*` is its own too. */
  make(): Promise<string>;
  remove(folder: string): Promise<void>;
  /** Notes the process group that works there, so that it does not outlive a killed `pipe` for long. */
  noteGroup(folder: string, pid: number): void;
}

let counter = 0;
const groupEnd = '.group.json';

/** Folders are used again: on some file systems removing one takes longer than a small stage. */
export function makeWork(folder: string): Work {
  clearDead(folder);
  const free: string[] = [];
  process.once('exit', () => {
    for (const unused of free) rmSync(unused, { recursive: true, force: true });
  });
  return {
    make: async () => {
      const again = free.pop();
      if (again !== undefined) return again;
      const made = join(folder, `${ownerName()}-${counter++}`);
      rmSync(made, { recursive: true, force: true });
      mkdirSync(made, { recursive: true });
      return made;
    },
    remove: async (made) => {
      for (const end of ['.log', '.facts.json', groupEnd]) forget(made + end);
      if (emptied(made)) free.push(made);
    },
    noteGroup: (made, pid) => {
      const started = startOf(pid);
      if (typeof started === 'number') writeFileSync(made + groupEnd, JSON.stringify({ pid, started }));
    },
  };
}

function forget(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** False when it is no longer there: it was moved to where it is wanted. */
function emptied(folder: string): boolean {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      else unlinkSync(path);
    }
    return true;
  } catch {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    return false;
  }
}

function clearDead(folder: string): void {
  const dead = readdirSync(folder).filter((name) => {
    const owner = ownerIn(name);
    return owner !== null && stateOf(owner) === 'dead';
  });
  // First whoever may still be writing there.
  for (const name of dead) if (name.endsWith(groupEnd)) endGroup(join(folder, name));
  for (const name of dead) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Another process clears it at the same moment: the next one will.
    }
  }
}

/** A program that runs on after its `pipe` was killed would write into results that nobody waits for. */
function endGroup(file: string): void {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8'));
    if (Number.isInteger(pid) && pid > 1 && startOf(pid) === started) process.kill(-pid, 'SIGKILL');
  } catch {
    // There is no such note, or nobody left.
  }
}
