/** cache/work/: folders of running stages. Those of processes that are gone are removed when the cache is next opened. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

let counter = 0;

export function makeWork(folder: string): { make(name: string): Promise<string>; remove(folder: string): Promise<void> } {
  for (const name of readdirSync(folder)) {
    const pid = Number(name.split('-')[0]);
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return {
    make: async (name) => {
      const made = join(folder, `${process.pid}-${counter++}-${name.replace(/[^\w.-]/g, '_').slice(0, 60)}`);
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
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
