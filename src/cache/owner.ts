/** Who left something in the cache: a process, recognisable after its death and from other machines. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from '../diagnostics/system-code.ts';

export interface Owner {
  /** Names the machine or container: process ids mean nothing outside it. */
  readonly host: string;
  readonly pid: number;
  /** When the process started, as its system counts; 0 where that can't be known. Process ids are used again. */
  readonly started: number;
}

export const self: Owner = {
  host: createHash('sha256')
    .update(`${hostname()} ${machineId()} ${pidNamespace()}`)
    .digest('hex')
    .slice(0, 8),
  pid: process.pid,
  started: Number(startOf(process.pid) ?? 0),
};

/** Two machines may have the same name, such as `localhost`: machine-id(5). */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** `host-pid-start`, to put into file names. */
export function ownerName(owner: Owner = self): string {
  return `${owner.host}-${owner.pid}-${owner.started}`;
}

/** The owner at the start of a name, or null. */
export function ownerIn(name: string): Owner | null {
  const [, host, pid, started] = /^([0-9a-f]{8})-(\d+)-(\d+)/.exec(name) ?? [];
  return host === undefined ? null : { host, pid: Number(pid), started: Number(started) };
}

/** `unknown` for a process of another machine. */
export function stateOf(owner: Owner): 'alive' | 'dead' | 'unknown' {
  if (owner.host !== self.host) return 'unknown';
  if (!exists(owner.pid)) return 'dead';
  const started = startOf(owner.pid);
  return started === null || started === owner.started ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Linux: the clock ticks after boot at which a process started (proc(5), field 22 of stat), or `zombie`. Null elsewhere,
 * for none, and for one that this user may not see.
 */
export function startOf(pid: number): number | 'zombie' | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : Number(fields[19]);
  } catch {
    return null;
  }
}

/** Containers may share a host's name, never its process ids. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
