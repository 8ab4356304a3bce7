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
    const output = new Output(child, (to, bytes, then) => tell({ id, type: 'printed', to, bytes }, then));
    child.on('error', ({ message }) => tell({ id, type: 'not-started', why: message }));
    child.on('exit', (code, signal) => {
      tell({ id, type: 'ended', code, signal });
      void output.close();
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
const streams = ['stdout', 'stderr'] as const;

class Output {
  readonly #child: ChildProcess;
  #pieces = 0;
  #onTheirWay = 0;

  constructor(
    child: ChildProcess,
    print: (to: (typeof streams)[number], bytes: Buffer, then: () => void) => void,
  ) {
    this.#child = child;
    for (const to of streams) {
      const stream = child[to];
      stream?.on('data', (bytes: Buffer) => {
        this.#pieces++;
        this.#onTheirWay++;
        // Else all that it prints faster than anybody reads would be kept in memory.
        stream.pause();
        print(to, bytes, () => {
          this.#onTheirWay--;
          stream.resume();
        });
      });
    }
  }

  /** What a program has sent into a group of its own may hold its output open for days: then it ends when nothing more comes. */
  async close(): Promise<void> {
    for (let before = -1; running.has(this.#child); ) {
      await after(msBetweenLooks);
      if (hasGroup(this.#child.pid)) continue;
      if (this.#onTheirWay === 0 && this.#pieces === before) break;
      before = this.#pieces;
    }
    for (const to of streams) this.#child[to]?.destroy();
  }
}
