/** What the command line, the environment and the folder decide; the only reader of the environment. */
import { existsSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../diagnostics/diagnostic.ts';
import { isWithin } from '../diagnostics/within.ts';
import type { EngineSettings } from '../nn/engines.ts';
import type { Resources } from '../pipeline/policy.ts';
import { readResources } from './resources.ts';

export interface Settings {
  /** As `projectRoot` finds it. */
  readonly root: string;
  readonly cacheFolder: string;
  readonly mirrors: readonly string[];
  /** What the machine has for stages. */
  readonly resources: Resources;
  /** As the call or the environment wants it; null leaves it to the file. */
  readonly engine: string | null;
  readonly engineSettings: EngineSettings;
  readonly childFile: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Flags {
  readonly cache?: string;
  readonly jobs?: string;
  readonly engine?: string;
}

/** A path from the root as it is called from the folder where one stands. */
export const fromHere = (file: string, root: string): string => relative(process.cwd(), resolve(root, file));

export function readSettings(flags: Flags, startFolder = process.cwd()): Settings {
  const root = projectRoot(startFolder);
  const { env } = process;
  const cache = flags.cache ?? said(env.PIPE_CACHE) ?? join(root, 'cache');
  return {
    root,
    cacheFolder: resolve(cache),
    mirrors: splitMirrors(env.PIPE_MIRROR ?? ''),
    resources: readResources(env.PIPE_RESOURCES ?? '', flags.jobs),
    engine: flags.engine ?? said(env.PIPE_ENGINE) ?? null,
    engineSettings: {
      folder: engineFolder(env),
      threads: countOf(said(env.PIPE_THREADS), 'PIPE_THREADS') ?? availableParallelism(),
      tf32: switchOf(said(env.PIPE_TF32), 'PIPE_TF32') ?? true,
      deterministic: switchOf(said(env.PIPE_DETERMINISTIC), 'PIPE_DETERMINISTIC') ?? true,
      env,
    },
    childFile: fileURLToPath(new URL('./child.js', import.meta.url)),
    env,
  };
}

/** An empty variable is one that is not set, as scripts write it. */
const said = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function countOf(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Failure('invalid-setting', `${name} is \`${text}\`, and has to be a whole number from 1`);
}

function switchOf(text: string | undefined, name: string): boolean | null {
  if (text === undefined) return null;
  if (text === '0' || text === '1') return text === '1';
  throw new Failure('invalid-setting', `${name} is \`${text}\`, and has to be 0 or 1`);
}

/** In the user's data folder, as each system has it: https://specifications.freedesktop.org/basedir-spec/latest/ */
function engineFolder(env: NodeJS.ProcessEnv): string {
  const own = said(env.PIPE_ENGINE_FOLDER);
  if (own !== undefined) return resolve(own);
  return join(dataFolder(env), 'pipe', 'engines');
}

function dataFolder({ LOCALAPPDATA, XDG_DATA_HOME = '' }: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return said(LOCALAPPDATA) ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  // The specification has an empty or relative one ignored.
  return isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(homedir(), '.local', 'share');
}

/** Folders and URLs, separated by commas or by the system's path delimiter; a URL's own colon separates nothing. */
function splitMirrors(text: string): string[] {
  // Where a colon separates, an address' user, host and port are taken whole.
  const form =
    delimiter === ':'
      ? /\s*\w+:\/\/(?:[^/,@]*@)?(?:\[[^\]]*\]|[^/,:[\]]*)(?::\d+)?[^,:]*|[^,:]+/g
      : /[^,;]+/g;
  return [...text.matchAll(form)]
    .map(([part]) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (/^\w+:\/\//.test(part) ? part : resolve(part)));
}

/** The nearest folder upwards with a package.json or .git. Where there is none: the one where one stands, if the folder lies in it, else the folder. */
export function projectRoot(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) break;
  }
  return isWithin(process.cwd(), resolve(folder)) ? process.cwd() : resolve(folder);
}
