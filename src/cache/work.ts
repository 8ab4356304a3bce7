/** cache/work/: folders of running stages. What processes that are gone have left is cleared when the cache is next opened. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerIn, ownerName, startOf, stateOf } from './owner.ts';

export interface Work {
  /** A new, empty folder. */
  make(name: string): Promise<string>;
  remove(folder: string): Promise<void>;
  /** Notes the process group that works there, so that it does not outlive a killed `pipe` for long. */
  noteGroup(folder: string, pid: number): void;
}

let counter = 0;
const groupFile = '.group.json';

export function makeWork(folder: string): Work {
  for (const name of readdirSync(folder)) {
    const owner = ownerIn(name);
    if (owner && stateOf(owner) === 'dead') clear(join(folder, name));
  }
  return {
    make: async (name) => {
      const made = join(folder, `${ownerName()}-${counter++}-${name.replace(/[^\w.-]/g, '_').slice(0, 60)}`);
      rmSync(made, { recursive: true, force: true });
      mkdirSync(made, { recursive: true });
      return made;
    },
    remove: async (made) => rmSync(made, { recursive: true, force: true, maxRetries: 3 }),
    noteGroup: (made, pid) => {
      const started = startOf(pid);
      if (typeof started === 'number') writeFileSync(join(made, groupFile), JSON.stringify({ pid, started }));
    },
  };
}

function clear(folder: string): void {
  endGroup(join(folder, groupFile));
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Another process clears it at the same moment, or something still writes there: the next one will.
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
