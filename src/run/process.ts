/** A stage's process: how it is asked to stop, how it is ended with all that it started, and how its end is told. */
import { type ChildProcess, spawnSync } from 'node:child_process';
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
  readonly error?: Error;
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

/** `ask`: how it is asked to stop. */
export function watch(child: ChildProcess, stopping: Stopping, ask: () => void): Watched {
  const end = (): void => signalGroup(child, 'SIGKILL');
  // Without this, what it left running would hold its output open, and might go on writing.
  const onExit = (): void => void (stopping.stop.aborted ? endWithGrace(child) : end());
  const listening = new AbortController();
  const { signal } = listening;
  stopping.stop.addEventListener('abort', ask, { once: true, signal });
  stopping.kill.addEventListener('abort', end, { once: true, signal });
  if (stopping.stop.aborted) ask();
  if (stopping.kill.aborted) end();
  child.on('exit', onExit);
  let tell: (end: End) => void = () => {};
  const ended = new Promise<End>((resolve) => {
    tell = resolve;
  });
  const onError = (error: Error): void => tell({ code: null, signal: null, error });
  const onClose: CloseListener = (code, by) => tell({ code, signal: by });
  child.on('error', onError);
  child.on('close', onClose);
  const release = (): void => {
    listening.abort();
    child.off('exit', onExit).off('error', onError).off('close', onClose);
  };
  return { ended: ended.finally(release), release };
}

/** A shell ends at once when it is asked to; the program that it had started may still be writing its state. */
async function endWithGrace(child: ChildProcess): Promise<void> {
  const until = performance.now() + graceMs;
  while (hasGroup(child) && performance.now() < until) await after(50);
  signalGroup(child, 'SIGKILL');
}

function hasGroup(child: ChildProcess): boolean {
  try {
    return ownGroup && child.pid !== undefined && process.kill(-child.pid, 0);
  } catch {
    return false;
  }
}

export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (ownGroup) process.kill(-child.pid, signal);
    else if (child.exitCode === null) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
  } catch {
    // Nobody is left.
  }
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

/** How a process ended that gave no answer. */
export function died(name: string, end: End, tail: readonly string[]): Diagnostic {
  const how = end.error
    ? `could not be started: ${end.error.message}`
    : end.signal
      ? `was killed by ${end.signal}`
      : `ended with exit code ${end.code}`;
  const lines = tail.length > 0 ? `\n${tail.map((line) => `  | ${line}`).join('\n')}` : '';
  const fix = end.signal ? fixes[end.signal] : undefined;
  return {
    severity: 'error',
    code: end.signal ? 'stage-killed' : 'stage-failed',
    message: `\`${name}\` ${how}${lines}`,
    ...(fix === undefined ? {} : { fix }),
  };
}
