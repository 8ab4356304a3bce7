/** Starts programs for the runner, in a stage's process, and tells what becomes of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as after } from 'node:timers/promises';
import type { FromProgram, Program } from './messages.ts';
import { hasGroup, ownGroup, signalGroup } from './process.ts';

const running = new Set<ChildProcess>();

/** `then`: when it has been sent. */
type Tell = (message: FromProgram, then?: () => void) => void;

export function startProgram(id: number, program: Program, tell: Tell): void {
  try {
    const child = started(program);
    running.add(child);
    if (child.pid !== undefined) tell({ id, type: 'started', pid: child.pid });
    for (const to of ['stdout', 'stderr'] as const) {
      const stream = child[to];
      stream?.on('data', (bytes: Buffer) => {
        // It waits until this is on its way: else all that it prints faster than anybody reads would be kept in memory.
        stream.pause();
        tell({ id, type: 'printed', to, bytes }, () => stream.resume());
      });
    }
    child.on('error', ({ message }) => tell({ id, type: 'not-started', why: message }));
    child.on('exit', (code, signal) => {
      tell({ id, type: 'ended', code, signal });
      void closeOutput(child);
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      tell({ id, type: 'closed', code, signal });
    });
  } catch (error) {
    tell({ id, type: 'not-started', why: error instanceof Error ? error.message : String(error) });
  }
}

/** Nobody is left to work for. */
export function endPrograms(): void {
  for (const { pid } of running) signalGroup(pid, 'SIGKILL');
}

function started({ run, folder, env }: Program): ChildProcess {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const options = { cwd: folder, env, stdio, detached: ownGroup };
  if (typeof run === 'string') return spawn(run, { ...options, shell: true });
  const [file = '', ...args] = run;
  return spawn(file, args, options);
}

const msBetweenLooks = 200;

/** What a program has sent into a group of its own may hold its output open for days: it is waited for no longer than its group. */
async function closeOutput(child: ChildProcess): Promise<void> {
  do await after(msBetweenLooks);
  while (running.has(child) && hasGroup(child.pid));
  child.stdout?.destroy();
  child.stderr?.destroy();
}
