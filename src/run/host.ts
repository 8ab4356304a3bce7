/** StageHost: runs one stage in a process of its own, so that a crash there harms nothing here. */
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Progress, StageOutcome } from '../stages/context.ts';
import type { Hosts } from './hosts.ts';
import type { Log } from './log.ts';
import type { Forward, FromStage, Program, StageOrder, ToChild } from './messages.ts';
import { died, type End, type Stopping, signalGroup, watch } from './process.ts';
import type { Starter } from './starter.ts';

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
  { log, callbacks, stopping }: Hearing,
): Promise<HostResult> {
  // A module of the project's expects nothing that another stage has left.
  const child = order.module === null ? hosts.take(env) : hosts.start(env);
  const unheard = [log.listen(child.stdout), log.listen(child.stderr)];
  if (child.pid !== undefined) callbacks.onStart(child.pid);
  let answer: HostResult | undefined;
  const stays = new Promise<null>((resolve) => {
    child.on('message', (message: FromStage) => {
      answer = receive(message, order, callbacks) ?? answer;
      if (message.type === 'done' && message.stays) resolve(null);
    });
  });
  child.send({ type: 'run', order } satisfies ToChild);
  const { ended, release } = watch(child, stopping, () => {
    if (child.connected) child.send({ type: 'stop' } satisfies ToChild);
  });
  const end = (await Promise.race([ended, stays])) ?? (await stayed());
  if (stopping.stop.aborted) return { type: 'interrupted' };
  return answer ?? { type: 'failed', diagnostic: died(order.name, end, log.tail(), true) };

  /** Hands the process on, unless everything is to stop. */
  async function stayed(): Promise<End> {
    await read();
    if (stopping.stop.aborted) {
      signalGroup(child.pid, 'SIGKILL');
      return ended;
    }
    for (const stop of unheard) stop();
    child.removeAllListeners('message');
    release();
    hosts.giveBack(child, env);
    return { code: 0, signal: null };
  }
}

/** Runs a `command`: exit code 0 is success. */
export async function runProgram(
  starter: Starter,
  name: string,
  order: Program,
  { log, callbacks, stopping }: Hearing,
): Promise<Exclude<HostResult, { type: 'done' }> | { readonly type: 'done' }> {
  const program = starter.start(order);
  log.listen(program.stdout);
  log.listen(program.stderr);
  const ask = (): void => signalGroup(program.pid, 'SIGTERM');
  let notNoted: unknown;
  program.on('started', () => {
    try {
      if (program.pid !== undefined) callbacks.onStart(program.pid);
    } catch (error) {
      notNoted = error;
    }
    // Until now there was nobody to be told.
    if (stopping.kill.aborted || notNoted !== undefined) signalGroup(program.pid, 'SIGKILL');
    else if (stopping.stop.aborted) ask();
  });
  const end = await watch(program, stopping, ask).ended;
  if (notNoted !== undefined) throw notNoted;
  if (stopping.stop.aborted) return { type: 'interrupted' };
  if (end.code === 0) return { type: 'done' };
  return { type: 'failed', diagnostic: died(name, end, log.tail(), false) };
}

/** What it printed before its answer is there to be read in the same turn of the event loop, or in the next. */
async function read(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function receive(message: FromStage, order: StageOrder, callbacks: HostCallbacks): HostResult | undefined {
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
