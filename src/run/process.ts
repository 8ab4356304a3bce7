/** A process that works for a stage: how it is asked to stop, how it is ended with all that it started, and how its end is told. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** Aborting `stop` asks a stage to stop, aborting `kill` ends it. */
export interface Stopping {
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly error?: string;
}

/** Processes lead a group of their own, where there are groups: what they start ends with them. */
export const ownGroup = process.platform !== 'win32';

/** What a program that was asked to stop may leave running is given so long to end by itself. */
const graceMs = 10_000;

type CloseListener = (code: number | null, signal: NodeJS.Signals | null) => void;

export interface Watched {
  /** Resolves when the process and all that it started have ended, and all their output was read. */
  readonly ended: Promise<End>;
  /** Leaves the process to somebody else. */
  release(): void;
}

/** What is watched: a process, or a program that another process has started. */
export interface Watchable extends Pick<EventEmitter, 'on' | 'off'> {
  readonly pid?: number | undefined;
}

/** `ask`: how it is asked to stop. */
export function watch(child: Watchable, stopping: Stopping, ask: () => void): Watched {
  const kill = (): void => signalGroup(child.pid, 'SIGKILL');
  let gone: Promise<void> | undefined;
  // Without this, what it left running would hold its output open, and might go on writing.
  const onExit = (): void => {
    if (stopping.stop.aborted) gone = endWithGrace(child);
    else if (ownGroup) kill();
  };
  stopping.stop.addEventListener('abort', ask, { once: true });
  stopping.kill.addEventListener('abort', kill, { once: true });
  if (stopping.stop.aborted) ask();
  if (stopping.kill.aborted) kill();
  child.on('exit', onExit);
  let tell: (end: End) => void = () => {};
  const ended = new Promise<End>((resolve) => {
    tell = resolve;
  });
  const onError = ({ message }: Error): void => tell({ code: null, signal: null, error: message });
  const onClose: CloseListener = (code, by) => {
    if (gone) void gone.then(() => tell({ code, signal: by }));
    else tell({ code, signal: by });
  };
  child.on('error', onError);
  child.on('close', onClose);
  const release = (): void => {
    stopping.stop.removeEventListener('abort', ask);
    stopping.kill.removeEventListener('abort', kill);
    child.off('exit', onExit);
    child.off('error', onError);
    child.off('close', onClose);
  };
  return { ended: ended.finally(release), release };
}

/** A shell ends at once when it is asked to; the program that it had started may still be writing its state. */
async function endWithGrace({ pid }: Watchable): Promise<void> {
  const until = performance.now() + graceMs;
  while (hasGroup(pid) && performance.now() < until) await after(50);
  signalGroup(pid, 'SIGKILL');
}

export function hasGroup(pid: number | undefined): boolean {
  try {
    return ownGroup && pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    if (ownGroup) process.kill(-pid, signal);
    else spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
  } catch {
    // Nobody is left.
  }
}

/** Can it still be given work? */
export const isAlive = (child: ChildProcess): boolean =>
  child.connected && child.exitCode === null && child.signalCode === null;

/** Ends a process that has nothing to lose. What somebody else has got of its output may be held open for days. */
export function dismiss(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
}

const crashed =
  'a library crashed: a smaller batchSize helps where memory was short, and `pipe engine test` tells whether the engine is sound';

const fixes: { readonly [signal in NodeJS.Signals]?: string } = {
  SIGKILL: 'if nobody killed it, the system was out of memory: a smaller batchSize or width needs less',
  SIGABRT: crashed,
  SIGBUS: crashed,
  SIGILL: crashed,
  SIGSEGV: crashed,
};

const fixesOfPrograms: typeof fixes = {
  SIGKILL: 'if nobody killed it, the system was out of memory',
};

/** How a process ended that gave no answer: one of `ours`, or any program. */
export function died(name: string, end: End, tail: readonly string[], ours: boolean): Diagnostic {
  const how = end.error
    ? `could not be started: ${end.error}`
    : end.signal
      ? `was killed by ${end.signal}`
      : `ended with exit code ${end.code}`;
  const lines = tail.length > 0 ? `\n${tail.map((line) => `  | ${line}`).join('\n')}` : '';
  const fix = !end.signal ? undefined : ours ? fixes[end.signal] : fixesOfPrograms[end.signal];
  return {
    severity: 'error',
    code: end.signal ? 'stage-killed' : 'stage-failed',
    message: `\`${name}\` ${how}${lines}`,
    ...(fix === undefined ? {} : { fix }),
  };
}
