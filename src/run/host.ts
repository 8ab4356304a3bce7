/** StageHost: runs one stage in a process of its own, so that a crash there harms nothing here. */
import { fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Progress, StageOutcome } from '../stages/context.ts';
import type { Log } from './log.ts';
import type { Forward, FromChild, StageOrder, ToChild } from './messages.ts';
import { died, ended, ownGroup, type Stopping, signalGroup } from './process.ts';

export interface HostCallbacks {
  onProgress(progress: Progress): void;
  onLog(line: string): void;
  /** Files of a checkpoint lie complete in `folder`. */
  onCheckpoint(epoch: number, folder: string): void;
  /** The process group that now works for the stage. */
  onStart(pid: number): void;
}

export type HostResult =
  | {
      readonly type: 'done';
      readonly outcome: StageOutcome;
      readonly forwards: readonly Forward[];
      readonly peakMemory: number | null;
      /** By port: the file or folder that holds its files. */
      readonly left: { readonly [port: string]: string };
    }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic }
  | { readonly type: 'interrupted' };

/** A program with its arguments, or a line for the shell. */
export interface Program {
  readonly run: string | readonly string[];
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a built-in kind. */
export async function runStage(
  childFile: string,
  order: StageOrder,
  env: NodeJS.ProcessEnv,
  log: Log,
  callbacks: HostCallbacks,
  stopping: Stopping,
): Promise<HostResult> {
  const child = fork(childFile, [], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: ownGroup,
  });
  log.listen(child.stdout);
  log.listen(child.stderr);
  if (child.pid !== undefined) callbacks.onStart(child.pid);
  let answer: HostResult | undefined;
  child.on('message', (message: FromChild) => {
    const reached = receive(message, order, callbacks);
    if (reached) answer = reached;
  });
  child.send({ type: 'run', order } satisfies ToChild);
  const end = await ended(child, stopping, () => {
    if (child.connected) child.send({ type: 'stop' } satisfies ToChild);
  });
  if (stopping.stop.aborted) return { type: 'interrupted' };
  return answer ?? { type: 'failed', diagnostic: died(order.name, end, log.tail()) };
}

/** Runs a `command`: exit code 0 is success. */
export async function runProgram(
  name: string,
  program: Program,
  log: Log,
  callbacks: HostCallbacks,
  stopping: Stopping,
): Promise<Exclude<HostResult, { type: 'done' }> | { readonly type: 'done' }> {
  const options = {
    cwd: program.folder,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    detached: ownGroup,
  };
  const [file, ...args] = program.run;
  const child =
    typeof program.run === 'string'
      ? spawn(program.run, { ...options, shell: true })
      : spawn(file ?? '', args, options);
  log.listen(child.stdout);
  log.listen(child.stderr);
  if (child.pid !== undefined) callbacks.onStart(child.pid);
  const end = await ended(child, stopping, () => signalGroup(child, 'SIGTERM'));
  if (stopping.stop.aborted) return { type: 'interrupted' };
  if (end.code === 0) return { type: 'done' };
  return { type: 'failed', diagnostic: died(name, end, log.tail()) };
}

function receive(message: FromChild, order: StageOrder, callbacks: HostCallbacks): HostResult | undefined {
  switch (message.type) {
    case 'progress':
      callbacks.onProgress(message.progress);
      return undefined;
    case 'log':
      callbacks.onLog(message.line);
      return undefined;
    case 'checkpoint':
      callbacks.onCheckpoint(message.epoch, message.folder);
      return undefined;
    case 'done':
      return {
        type: 'done',
        outcome: message.outcome,
        forwards: message.forwards,
        peakMemory: message.peakMemory,
        left: Object.fromEntries(order.outputs.map((port) => [port, join(order.work, port)])),
      };
    case 'failed':
      return { type: 'failed', diagnostic: message.diagnostic };
  }
}
