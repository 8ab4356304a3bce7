import { readFileSync } from 'node:fs';

/** Is there such a process that still does something? Linux only. */
export function isAlive(pid: number): boolean {
  try {
    const [, state] = /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state !== 'Z';
  } catch {
    return false;
  }
}
