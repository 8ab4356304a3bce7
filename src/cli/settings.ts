/** What the command line, the environment and the folder decide; the only reader of the environment. */
import { existsSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineSettings } from '../nn/engines.ts';
import type { Resources } from '../pipeline/policy.ts';
import { readResources } from './resources.ts';

export interface Settings {
  /** The nearest folder upwards with a package.json or .git. */
  readonly root: string;
  readonly cacheFolder: string;
  readonly mirrors: readonly string[];
  /** What the machine has for stages. */
  readonly resources: Resources;
  readonly engine: string;
  readonly engineSettings: EngineSettings;
  readonly childFile: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Flags {
  readonly cache?: string;
  readonly jobs?: string;
  readonly engine?: string;
}

export function readSettings(flags: Flags, startFolder = process.cwd()): Settings {
  const root = projectRoot(startFolder);
  const { env } = process;
  return {
    root,
    cacheFolder: resolve(flags.cache ?? env.PIPE_CACHE ?? join(root, 'cache')),
    mirrors: splitMirrors(env.PIPE_MIRROR ?? ''),
    resources: readResources(env.PIPE_RESOURCES ?? '', flags.jobs),
    engine: flags.engine ?? env.PIPE_ENGINE ?? 'auto',
    engineSettings: {
      folder: engineFolder(env),
      threads: Number(env.PIPE_THREADS ?? availableParallelism()),
    },
    childFile: fileURLToPath(new URL('./child.js', import.meta.url)),
    env,
  };
}

/** In the user's data folder, as each system has it: https://specifications.freedesktop.org/basedir-spec/latest/ */
function engineFolder(env: NodeJS.ProcessEnv): string {
  if (env.PIPE_ENGINE_FOLDER !== undefined) return resolve(env.PIPE_ENGINE_FOLDER);
  const data =
    process.platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : (env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'));
  return join(data, 'pipe', 'engines');
}

/** Folders and URLs, separated by commas or by the system's path delimiter; a URL's own colon separates nothing. */
function splitMirrors(text: string): string[] {
  const parts = delimiter === ':' ? text.split(/,|:(?!\/\/)(?!\d+(?:\/|,|:|$))/) : text.split(/[,;]/);
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (/^\w+:\/\//.test(part) ? part : resolve(part)));
}

export function projectRoot(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return resolve(folder);
  }
}
