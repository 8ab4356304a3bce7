/**
 * cache/leases/: what one process at a time may do. A claim is a file of its own, `NAME.HOST-PID-START-N`: whoever finds
 * no other living claim on the name after writing its own holds the lease. So nothing is ever taken from anybody, a dead
 * owner's claim is removed by whoever sees it, and there is no lock over it all. A claim that is given back waits under
 * another name to be used again: on some file systems thousands of files that come and go slow down all that come later.
 */
import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../diagnostics/system-code.ts';
import type { LeaseAnswer } from '../run/store.ts';
import { namesIn } from './files.ts';
import { type Owner, ownerIn, ownerName, self, stateOf } from './owner.ts';

const heartbeatMs = 5000;
/** A claim of another machine is dead when its heartbeat was not seen to change for so long. */
const silentMs = 60_000;

export interface Leases {
  /** All names at once, or none while a living process has a claim on one of them. */
  take(names: readonly string[]): LeaseAnswer;
}

let counter = 0;
/** No stage's fingerprint, and no mutex. */
const idleName = 'idle';

export function makeLeases(folder: string, now: () => number = () => performance.now()): Leases {
  const held = new Set<string>();
  /** Undefined until there was a first claim. */
  let idle: string[] | undefined;
  /** By claim of another machine: its heartbeat, and when we first saw that. */
  const seen = new Map<string, { beat: number; since: number }>();
  let timer: NodeJS.Timeout | undefined;

  function take(names: readonly string[]): LeaseAnswer {
    const mine: string[] = [];
    for (const name of names) {
      if (othersOn(name, '').length === 0) mine.push(claim(name));
      const [other] = othersOn(name, mine.at(-1) ?? '');
      if (other === undefined) continue;
      release(mine);
      return { type: 'busy', owner: described(other) };
    }
    return { type: 'held', release: () => release(mine) };
  }

  function claim(name: string): string {
    const file = nameOf(name);
    idle ??= begin();
    const used = idle.pop();
    if (used === undefined || !moved(used, file)) write(file);
    held.add(file);
    timer ??= setInterval(beat, heartbeatMs).unref();
    return file;
  }

  function begin(): string[] {
    const none: string[] = [];
    othersOn(idleName, '');
    process.once('exit', () => {
      for (const file of none) rmSync(join(folder, file), { force: true });
    });
    return none;
  }

  function moved(from: string, to: string): boolean {
    try {
      renameSync(join(folder, from), join(folder, to));
      return true;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return false;
    }
  }

  function write(file: string): void {
    const text = `${JSON.stringify(self)}\n`;
    try {
      writeFileSync(join(folder, file), text);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, file), text);
    }
  }

  function release(files: readonly string[]): void {
    for (const file of files) {
      held.delete(file);
      const unused = nameOf(idleName);
      if (moved(file, unused)) idle?.push(unused);
    }
    if (held.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function beat(): void {
    const time = new Date();
    for (const file of held) {
      try {
        utimesSync(join(folder, file), time, time);
      } catch {
        // Somebody cleared the folder: the work goes on, at worst twice.
      }
    }
  }

  /** Living claims on a name but one; dead ones are removed. */
  function othersOn(name: string, but: string): Owner[] {
    return namesIn(folder)
      .filter((file) => file.startsWith(`${name}.`) && file !== but)
      .flatMap((file) => {
        const owner = ownerIn(file.slice(name.length + 1));
        if (!owner) return [];
        if (isAlive(owner, file)) return [owner];
        rmSync(join(folder, file), { force: true });
        return [];
      });
  }

  function isAlive(owner: Owner, file: string): boolean {
    const state = stateOf(owner);
    return state === 'unknown' ? beats(file) : state === 'alive';
  }

  /** By our own clock alone: those of two machines may differ. */
  function beats(file: string): boolean {
    const beat = statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs;
    if (beat === undefined) return false;
    const known = seen.get(file);
    if (known?.beat === beat) return now() - known.since < silentMs;
    seen.set(file, { beat, since: now() });
    return true;
  }

  return { take };
}

const nameOf = (name: string): string => `${name}.${ownerName()}-${counter++}`;

function described(owner: Owner): string {
  return owner.host === self.host ? `process ${owner.pid}` : `process ${owner.pid} of another machine`;
}
