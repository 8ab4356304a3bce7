/** cache/work/: folders of running stages. What processes that are gone have left is cleared when the cache is next opened. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ownerIn, ownerName, startOf } from './owner.ts';
import { isGone } from './pins.ts';

export interface Work {
  /** An empty folder; beside it, `FOLDER.*` is its own too. */
  make(): Promise<string>;
  remove(folder: string): Promise<void>;
  /** Notes a process group that works for this process, so that it does not outlive a killed `pipe` for long. */
  noteGroup(pid: number): void;
}

let counter = 0;
const groupsEnd = '.groups';

/**
 * Folders are used again, and all groups are noted in one file: on some file systems removing a folder takes longer than
 * a small stage, and thousands of files that come and go slow down all that come later.
 */
export function makeWork(folder: string): Work {
  clearDead(folder);
  const free: string[] = [];
  const groupsFile = join(folder, ownerName() + groupsEnd);
  let groups: number | undefined;
  process.once('exit', () => {
    for (const unused of free) rmSync(unused, { recursive: true, force: true });
    if (groups !== undefined) rmSync(groupsFile, { force: true });
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
      for (const end of ['.log', '.facts.json']) forget(made + end);
      if (emptied(made)) free.push(made);
    },
    noteGroup: (pid) => {
      const started = startOf(pid);
      groups ??= openSync(groupsFile, 'a');
      if (typeof started === 'number') writeSync(groups, `${pid} ${started}\n`);
    },
  };
}

/** Looks first: an error that is caught costs ten times as much, and most leave nothing. */
function forget(file: string): void {
  if (existsSync(file)) rmSync(file, { force: true });
}

/** False when it is no longer there: it was moved to where it is wanted. */
function emptied(folder: string): boolean {
  try {
    for (const name of readdirSync(folder)) removeTree(join(folder, name));
    return readdirSync(folder).length === 0;
  } catch {
    removeTree(folder);
    return false;
  }
}

/** What can't be removed stays: a stage that did its work well has not failed by it. */
function removeTree(path: string): void {
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  try {
    remove();
  } catch {
    try {
      // Programs make folders read-only: Go's cache of modules does.
      makeWritable(path);
      remove();
    } catch {
      // The next run tries again.
    }
  }
}

function makeWritable(folder: string): void {
  if (!lstatSync(folder).isDirectory()) return;
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder)) makeWritable(join(folder, name));
}

function clearDead(folder: string): void {
  const dead = readdirSync(folder).filter((name) => {
    const owner = ownerIn(name);
    return owner !== null && isGone(owner, join(folder, name));
  });
  // First whoever may still be writing there.
  for (const name of dead) if (name.endsWith(groupsEnd)) endGroups(join(folder, name));
  for (const name of dead) {
    // Another process may clear it at the same moment.
    removeTree(join(folder, name));
  }
}

/** A program that runs on after its `pipe` was killed would write into results that nobody waits for. */
function endGroups(file: string): void {
  for (const line of readLines(file)) {
    const [, pid, started] = /^(\d+) (\d+)$/.exec(line) ?? [];
    if (Number(pid) > 1 && startOf(Number(pid)) === Number(started)) end(Number(pid));
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    // Another process has cleared it.
    return [];
  }
}

function end(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
