/** What an addon finds on this machine: asked in a process of its own, which may crash, and remembered. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

export interface Probe {
  /** Where answers are remembered. */
  readonly folder: string;
  readonly addon: string;
  /** JavaScript that finds the addon's path in process.argv[1] and prints JSON as its last line. */
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ask again, whatever is remembered. */
  readonly fresh: boolean;
}

export interface Answer {
  /** What the program printed; null when it failed. */
  readonly told: { readonly [name: string]: unknown } | null;
  /** The end of what it said besides, for people. */
  readonly log: string;
}

/** What besides the addon decides which devices it finds. */
const variables = [
  'CUDA_VISIBLE_DEVICES',
  'LD_LIBRARY_PATH',
  'NVIDIA_VISIBLE_DEVICES',
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
];

export function ask(probe: Probe): Answer {
  const key = keyOf(probe);
  const file = join(probe.folder, 'probes.json');
  const known = readAnswers(file);
  const remembered = known[probe.addon];
  if (!probe.fresh && remembered?.key === key) return remembered.answer;
  const answer = askAfresh(probe);
  write(file, { ...known, [probe.addon]: { key, answer } });
  return answer;
}

/** Neither looks nor keeps. */
export function askAfresh({ program, addon, env }: Pick<Probe, 'program' | 'addon' | 'env'>): Answer {
  const { stdout, stderr, error, signal } = spawnSync(process.execPath, ['--eval', program, addon], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const log = `${stderr ?? ''}${error ? `${error.message}\n` : ''}${signal ? `killed by ${signal}\n` : ''}`;
  return { told: lastJson(stdout ?? ''), log: log.trim().split('\n').slice(-30).join('\n') };
}

/** The line with the error out of what Node prints of an uncaught one. */
export function loaderError(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? 'it says nothing';
}

function lastJson(text: string): Answer['told'] {
  try {
    const value: unknown = JSON.parse(text.trim().split('\n').at(-1) ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function keyOf({ addon, program, env }: Probe): string {
  let file: unknown = null;
  try {
    const { size, mtimeMs } = statSync(addon);
    file = [size, mtimeMs];
  } catch {
    // Not there: it can't be loaded either.
  }
  return JSON.stringify([program, file, machine(), variables.map((name) => env[name] ?? null)]);
}

/** A data folder may be shared by machines, and devices come and go between their starts. */
function machine(): string {
  return `${hostname()} ${readText('/proc/sys/kernel/random/boot_id')} ${readText('/proc/driver/nvidia/version')}`;
}

interface Answers {
  readonly [addon: string]: { readonly key: string; readonly answer: Answer };
}

function readAnswers(file: string): Answers {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isAnswers(value) ? value : {};
  } catch {
    return {};
  }
}

function isAnswers(value: unknown): value is Answers {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((one) => typeof one?.key === 'string' && typeof one?.answer?.log === 'string')
  );
}

/** Only costs time where it can't be kept. */
function write(file: string, answers: Answers): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(answers));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A read-only data folder.
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
