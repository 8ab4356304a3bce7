/** Starts a program and sees it to its end, with all that it started. What it prints goes where this process prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Program } from './messages.ts';
import { type End, ownGroup, type Stopping, signalGroup, watch } from './process.ts';

export async function runProgram(
  program: Program,
  stopping: Stopping,
  onStart: (group: number) => void,
): Promise<End> {
  try {
    const child = started(program);
    if (child.pid !== undefined) onStart(child.pid);
    return await watch(child, stopping, { ask: () => signalGroup(child.pid, 'SIGTERM') }).ended;
  } catch (error) {
    return { code: null, signal: null, error: error instanceof Error ? error.message : String(error) };
  }
}

function started({ run, folder, env }: Program): ChildProcess {
  const stdio = ['ignore', 'inherit', 'inherit'] as const;
  const options = { cwd: folder, env, stdio: [...stdio], detached: ownGroup };
  if (typeof run === 'string') return spawn(run, { ...options, shell: true });
  const [file = '', ...args] = run;
  return spawn(file, args, options);
}
