/**
 * The processes that stages run in. One that has done its work well may be given the next stage, with all that it has
 * loaded: to start another takes a tenth of a second, and one with an engine half a second.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { dismiss, isAlive, ownGroup } from './process.ts';
import { Starter } from './starter.ts';

export class Hosts {
  readonly #childFile: string;
  /** By environment. */
  readonly #idle = new Map<string, ChildProcess[]>();
  #starter: Starter | undefined;
  /** Most stages have the very same one. */
  readonly #keys = new WeakMap<NodeJS.ProcessEnv, string>();

  constructor(childFile: string) {
    this.#childFile = childFile;
  }

  /** Starts one that is likely to be wanted soon. */
  prepare(env: NodeJS.ProcessEnv): void {
    this.giveBack(this.start(env), env);
  }

  /** One that waits for work and has this environment, or a new one. */
  take(env: NodeJS.ProcessEnv): ChildProcess {
    const waiting = this.#waiting(env);
    for (let child = waiting.pop(); child; child = waiting.pop()) if (isAlive(child)) return child;
    return this.start(env);
  }

  /** For programs: one process starts them all. */
  starter(env: NodeJS.ProcessEnv): Starter {
    if (!this.#starter?.works) this.#starter = new Starter(this.take(env));
    return this.#starter;
  }

  start(env: NodeJS.ProcessEnv): ChildProcess {
    const child = fork(this.#childFile, [], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      detached: ownGroup,
    });
    // Whoever works with it hears of it; while it waits, nobody needs to.
    return child.on('error', () => {});
  }

  /** For the next stage that takes one of this environment. */
  giveBack(child: ChildProcess, env: NodeJS.ProcessEnv): void {
    if (isAlive(child)) this.#waiting(env).push(child);
  }

  /** Ends those that wait: they have nothing to lose. */
  close(): void {
    for (const child of [...this.#idle.values()].flat()) dismiss(child);
    this.#idle.clear();
    this.#starter?.close();
  }

  #waiting(env: NodeJS.ProcessEnv): ChildProcess[] {
    const key = this.#keys.get(env) ?? JSON.stringify(env);
    this.#keys.set(env, key);
    const waiting = this.#idle.get(key) ?? [];
    this.#idle.set(key, waiting);
    return waiting;
  }
}
