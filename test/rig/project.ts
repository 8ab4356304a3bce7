/** A project in a temporary folder, and the real `pipe` run in it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { RunEvent } from '../../src/run/events.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  /** Resolves at the first event that fits; rejects when the command ends without one. */
  event(fits: (event: RunEvent) => boolean): Promise<RunEvent>;
  /** To the whole process group, as a terminal does. */
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface Project {
  readonly folder: string;
  /** What `pipe` gets; a test may change it. */
  readonly env: NodeJS.ProcessEnv;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Runs `pipe` to its end. */
  pipe(...args: string[]): Ended;
  /** Runs `pipe run FILE --json` and tells each stage's outcome; fails where the command does. */
  run(file: string, ...args: string[]): { readonly [stage: string]: string };
  /** Starts `pipe` in a process group of its own. */
  start(...args: string[]): Running;
  /** sha256 of every artifact under a folder of the project; files with a dot are the cache's own notes. */
  hashes(folder: string): { readonly [path: string]: string };
}

/** What `npx pipe` starts. */
export const launcher = resolve('src/build/launch.mjs');

export function makeProject(
  t: TestContext,
  files: { readonly [path: string]: string },
  env: NodeJS.ProcessEnv = {},
): Project {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries({ 'package.json': '{}', ...files })) write(path, text);
  // The engines that somebody has installed shall not decide what a test computes on.
  const none = { PIPE_ENGINE_FOLDER: join(folder, '.engines') };
  const options = { cwd: folder, env: { ...withoutOwn(process.env), ...none, ...env } };
  const pipe = (...args: string[]): Ended => {
    const ended = spawnSync(process.execPath, [launcher, ...args], {
      ...options,
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  };
  return {
    folder,
    env: options.env,
    write,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    pipe,
    run: (file, ...args) => {
      const { code, out, err } = pipe('run', file, '--json', ...args);
      if (code !== 0) throw new Error(`pipe run ended with ${code}\n${out}\n${err}`);
      return outcomes(out);
    },
    start: (...args) => {
      const child = spawn(process.execPath, [launcher, ...args], { ...options, detached: true });
      t.after(() => signalGroup(child, 'SIGKILL'));
      return watch(child);
    },
    hashes: (path) => hashesUnder(join(folder, path)),
  };
}

/** Each stage's outcome, from the events of `pipe run --json`. */
export function outcomes(out: string): { [stage: string]: string } {
  return Object.fromEntries(
    eventsIn(out).flatMap((event) => (event.type === 'stage-end' ? [[event.stage, event.outcome]] : [])),
  );
}

export function eventsIn(out: string): RunEvent[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): RunEvent => JSON.parse(line));
}

/** The stages that ran, sorted. */
export function ran(stages: { readonly [stage: string]: string }): string[] {
  return Object.keys(stages)
    .filter((stage) => stages[stage] === 'ran')
    .sort();
}

/** What a person who runs the tests has set for their own `pipe` shall not decide these. */
function withoutOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(PIPE_|NO_COLOR|FORCE_COLOR|NODE_TEST_CONTEXT)/.test(name)),
  );
}

function watch(child: ChildProcess): Running {
  const text = { out: '', err: '' };
  const events: RunEvent[] = [];
  const waiting = new Set<() => void>();
  let over = false;
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      text.out += `${line}\n`;
      if (line.startsWith('{')) events.push(...eventsIn(line));
      wake();
    });
  }
  child.stderr?.on('data', (chunk) => {
    text.err += String(chunk);
  });
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) => {
      over = true;
      done({ code, ...text });
      wake();
    });
  });
  return {
    ended,
    signal: (signal) => signalGroup(child, signal),
    event: (fits) =>
      new Promise((found, failed) => {
        const look = (): void => {
          const event = events.find(fits);
          if (!event && !over) return;
          waiting.delete(look);
          if (event) found(event);
          else failed(new Error(`the command ended before that event\n${text.out}\n${text.err}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}

function hashesUnder(folder: string): { [path: string]: string } {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith('.'),
  );
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}
