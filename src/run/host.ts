/** StageHost: runs one stage in a process of its own, so that a crash there harms nothing here. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Progress, StageOutcome } from '../stages/context.ts';
import type { Hosts } from './hosts.ts';
import type { Log } from './log.ts';
import type { Forward, FromChild, Program, StageOrder, ToChild } from './messages.ts';
import { died, type End, type Stopping, signalGroup, watch } from './process.ts';

export interface HostCallbacks {
  onProgress(progress: Progress): void;
  onLog(line: string): void;
  /** Files of a checkpoint lie complete in `folder`. */
  onCheckpoint(epoch: number, folder: string): void;
  /** The process group that now works for the stage. */
  onStart(pid: number): void;
}

/** What hears of a stage while it runs, and what stops it. */
export interface Hearing {
  readonly log: Log;
  readonly callbacks: HostCallbacks;
  readonly stopping: Stopping;
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

/** Runs a stage of any kind but `command`. */
export async function runStage(
  hosts: Hosts,
  order: StageOrder,
  env: NodeJS.ProcessEnv,
  hearing: Hearing,
): Promise<HostResult> {
  const { log, callbacks, stopping } = hearing;
  // A module of the project's expects nothing that another stage has left.
  const child = order.module === null ? hosts.take(env) : hosts.start(env);
  if (child.pid !== undefined) callbacks.onStart(child.pid);
  let answer: HostResult | undefined;
  const hear = (message: FromChild): void => {
    answer = receive(message, order, callbacks) ?? answer;
  };
  const end = await employ(child, { type: 'run', order }, hear, hearing);
  if (stopping.stop.aborted) return { type: 'interrupted' };
  if (!end) hosts.giveBack(child, env);
  return answer ?? { type: 'failed', diagnostic: died(order.name, end ?? silent, log.tail()) };
}

/**
 * Runs a `command`: exit code 0 is success. It is started by a stage's process because to start one takes Node 1 to 4
 * milliseconds in which it does nothing else, the more the more memory it holds.
 */
export async function runProgram(
  hosts: Hosts,
  name: string,
  program: Program,
  env: NodeJS.ProcessEnv,
  hearing: Hearing,
): Promise<Exclude<HostResult, { type: 'done' }> | { readonly type: 'done' }> {
  const { log, callbacks, stopping } = hearing;
  const child = hosts.take(env);
  let group: number | undefined;
  let ended: End | undefined;
  const endAll = (): void => {
    // Before it has told the program's group, ending it would leave the program to itself.
    if (group === undefined) return;
    signalGroup(group, 'SIGKILL');
    signalGroup(child.pid, 'SIGKILL');
  };
  const hear = (message: FromChild): void => {
    if (message.type === 'ended') ended = message.end;
    if (message.type !== 'started') return;
    group = message.group;
    callbacks.onStart(group);
    if (stopping.kill.aborted) endAll();
  };
  const end = await employ(child, { type: 'start', program }, hear, hearing, endAll);
  if (stopping.stop.aborted) return { type: 'interrupted' };
  if (!end) hosts.giveBack(child, env);
  if (ended?.code === 0) return { type: 'done' };
  return { type: 'failed', diagnostic: died(name, ended ?? end ?? silent, log.tail()) };
}

/** Of a process that told nothing. */
const silent: End = { code: null, signal: null };

/** Gives a process its order and hears it, until it has ended, or waits for the next: then null. */
async function employ(
  child: ChildProcess,
  order: ToChild,
  hear: (message: FromChild) => void,
  { log, stopping }: Hearing,
  end?: () => void,
): Promise<End | null> {
  const unheard = [log.listen(child.stdout), log.listen(child.stderr)];
  const stays = new Promise<null>((resolve) => {
    child.on('message', (message: FromChild) => {
      hear(message);
      if ('stays' in message && message.stays) resolve(null);
    });
  });
  child.send(order);
  const ask = (): void => {
    if (child.connected) child.send({ type: 'stop' } satisfies ToChild);
  };
  const { ended, release } = watch(child, stopping, end ? { ask, end } : { ask });
  const how = await Promise.race([ended, stays]);
  if (how) return how;
  await read();
  if (stopping.stop.aborted) {
    signalGroup(child.pid, 'SIGKILL');
    return ended;
  }
  for (const stop of unheard) stop();
  child.removeAllListeners('message');
  release();
  return null;
}

/** What it printed before its answer is there to be read in the same turn of the event loop, or in the next. */
async function read(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
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
    case 'started':
    case 'ended':
      return undefined;
  }
}
