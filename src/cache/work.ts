/** cache/work/: folders of running stages. Those of processes that are gone are removed when the cache is next opened. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './files.ts';

export interface Work {
  /** A new, empty folder. */
  make(name: string): Promise<string>;
  remove(folder: string): Promise<void>;
}

let counter = 0;
/** Process ids mean nothing on another machine or in another container that shares the folder. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

export function makeWork(folder: string): Work {
  for (const name of readdirSync(folder)) {
    const [, of, pid] = /^([0-9a-f]{8})-(\d+)-/.exec(name) ?? [];
    if (of === host && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return {
    make: async (name) => {
      const made = join(
        folder,
        `${host}-${process.pid}-${counter++}-${name.replace(/[^\w.-]/g, '_').slice(0, 60)}`,
      );
      rmSync(made, { recursive: true, force: true });
      mkdirSync(made, { recursive: true });
      return made;
    },
    remove: async (made) => rmSync(made, { recursive: true, force: true }),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
