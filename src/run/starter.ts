/**
 * Starts programs by way of another process: to start one blocks Node for 1 to 4 ms, the more the more memory it holds, and
 * the runner has other things to do.
 */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { FromProgram, Program, ToChild } from './messages.ts';
import { dismiss, isAlive, signalGroup } from './process.ts';

/** Like a process of Node's own, and with `started` when its `pid` is known. */
export class StartedProgram extends EventEmitter {
  /** It leads a group of this number. */
  pid: number | undefined;
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();
}

export class Starter {
  readonly #child: ChildProcess;
  readonly #running = new Map<number, StartedProgram>();
  #count = 0;

  /** `child`: a stage's process that does nothing else from now on. */
  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.resume();
    child.stderr?.resume();
    child.on('message', (message: FromProgram) => this.#hear(message));
    child.on('exit', (code, signal) => this.#end(code, signal));
  }

  get works(): boolean {
    return isAlive(this.#child);
  }

  start(program: Program): StartedProgram {
    const id = this.#count++;
    const started = new StartedProgram();
    this.#running.set(id, started);
    this.#child.send({ type: 'start', id, program } satisfies ToChild);
    return started;
  }

  close(): void {
    dismiss(this.#child);
  }

  #hear(message: FromProgram): void {
    const program = this.#running.get(message.id);
    if (!program) return;
    switch (message.type) {
      case 'started':
        program.pid = message.pid;
        program.emit('started');
        break;
      case 'printed':
        program[message.to].emit('data', message.bytes);
        break;
      case 'ended':
        program.emit('exit', message.code, message.signal);
        break;
      case 'closed':
        this.#running.delete(message.id);
        close(program, message.code, message.signal);
        break;
      case 'not-started':
        this.#running.delete(message.id);
        program.emit('error', new Error(message.why));
        break;
    }
  }

  /** Nobody could tell any more what becomes of its programs. */
  #end(code: number | null, signal: NodeJS.Signals | null): void {
    for (const program of this.#running.values()) {
      signalGroup(program.pid, 'SIGKILL');
      program.emit('exit', code, signal);
      close(program, code, signal);
    }
    this.#running.clear();
  }
}

function close(program: StartedProgram, code: number | null, signal: NodeJS.Signals | null): void {
  program.stdout.emit('end');
  program.stderr.emit('end');
  program.emit('close', code, signal);
}
