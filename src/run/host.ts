/** StageHost: runs one stage in a process of its own, so that a crash there harms nothing here. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Progress, StageOutcome } from '../stages/context.ts';
import type { Forward, FromChild, StageOrder, ToChild } from './messages.ts';

export interface HostCallbacks {
  onProgress(progress: Progress): void;
  onLog(line: string): void;
  /** Files of a checkpoint lie complete in `folder`. */
  onCheckpoint(epoch: number, folder: string): void;
}

export type HostResult =
  | { readonly type: 'done'; readonly outcome: StageOutcome; readonly forwards: readonly Forward[] }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic }
  | { readonly type: 'interrupted' };

/** A program with its arguments, or a line for the shell. */
export interface Program {
  readonly run: string | readonly string[];
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

const lastLines = 20;

/** Runs a built-in kind. Aborting `signal` asks the stage to stop; aborting `kill` ends its process. */
export function runStage(
  childFile: string,
  order: StageOrder,
  env: NodeJS.ProcessEnv,
  callbacks: HostCallbacks,
  signal: AbortSignal,
  kill: AbortSignal,
): Promise<HostResult> {
  const child = fork(childFile, [], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const tail = collectLog(child, join(order.work, '.log'), callbacks.onLog);
  const stop = (): void => void (child.connected && child.send({ type: 'stop' } satisfies ToChild));
  let answer: HostResult | undefined;
  child.on('message', (message: FromChild) => {
    const reached = receive(message, callbacks);
    if (reached) answer = reached;
  });
  child.send({ type: 'run', order } satisfies ToChild);
  return ended(child, signal, kill, stop).then((end) => {
    if (signal.aborted) return { type: 'interrupted' };
    return answer ?? { type: 'failed', diagnostic: died(order.name, end, tail()) };
  });
}

/** Runs a `command`: exit code 0 is success. The whole process group ends with it. */
export function runProgram(
  name: string,
  program: Program,
  logFile: string,
  callbacks: HostCallbacks,
  signal: AbortSignal,
  kill: AbortSignal,
): Promise<HostResult> {
  const options = {
    cwd: program.folder,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  };
  const [file, ...args] = program.run;
  const child =
    typeof program.run === 'string'
      ? spawn(program.run, { ...options, shell: true })
      : spawn(file ?? '', args, options);
  const tail = collectLog(child, logFile, callbacks.onLog);
  const stop = (): void => endGroup(child, 'SIGTERM');
  return ended(child, signal, kill, stop).then((end) => {
    if (signal.aborted) return { type: 'interrupted' };
    if (end.code === 0) return { type: 'done', outcome: { summary: '' }, forwards: [] };
    return { type: 'failed', diagnostic: died(name, end, tail()) };
  });
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

function ended(child: ChildProcess, signal: AbortSignal, kill: AbortSignal, stop: () => void): Promise<End> {
  const end = (): void => endGroup(child, 'SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  kill.addEventListener('abort', end, { once: true });
  if (signal.aborted) stop();
  return new Promise<End>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    child.on('close', (code, by) => resolve({ code, signal: by }));
  }).finally(() => {
    signal.removeEventListener('abort', stop);
    kill.removeEventListener('abort', end);
  });
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(
      child.spawnargs.length > 0 && child.channel === undefined && process.platform !== 'win32'
        ? -child.pid
        : child.pid,
      signal,
    );
  } catch {
    child.kill(signal);
  }
}

function receive(message: FromChild, callbacks: HostCallbacks): HostResult | undefined {
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
      return { type: 'done', outcome: message.outcome, forwards: message.forwards };
    case 'failed':
      return { type: 'failed', diagnostic: message.diagnostic };
  }
}

function collectLog(
  child: ChildProcess,
  file: string,
  onLog: (line: string) => void,
): () => readonly string[] {
  const log = createWriteStream(file);
  log.on('error', () => {});
  const tail: string[] = [];
  const listen = (stream: Readable | null): void => {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > lastLines) tail.shift();
      onLog(line);
    });
  };
  listen(child.stdout);
  listen(child.stderr);
  child.on('close', () => log.end());
  return () => tail;
}

function died(name: string, end: End, tail: readonly string[]): Diagnostic {
  const how = end.error
    ? `could not be started: ${end.error.message}`
    : end.signal
      ? `was killed by ${end.signal}`
      : `ended with exit code ${end.code}`;
  const lines = tail.length > 0 ? `\n${tail.map((line) => `  | ${line}`).join('\n')}` : '';
  const memory =
    end.signal === 'SIGKILL'
      ? 'if nobody killed it, the system was out of memory: a smaller batchSize or width needs less'
      : undefined;
  return {
    severity: 'error',
    code: end.signal ? 'stage-killed' : 'stage-failed',
    message: `\`${name}\` ${how}${lines}`,
    ...(memory ? { fix: memory } : {}),
  };
}
