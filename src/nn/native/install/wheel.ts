/** Where the wheel is: pip tells address and hash from whatever index it is set up for; the bytes are fetched here, continuing after a break. */
import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchFile } from '../../../data/fetch.ts';
import { Failure } from '../../../diagnostics/diagnostic.ts';
import type { InstallOptions } from './install.ts';
import { findPip, type Tool } from './tools.ts';

export const tensorflowVersion = '2.20.0';

interface Address {
  readonly url: string;
  readonly sha256: string;
}

/** The path of the wheel, its hash checked. Failure: `tool-missing`, `download-failed`, `corrupted-download`. */
export async function fetchWheel(options: InstallOptions): Promise<string> {
  const downloads = join(options.folder, 'downloads');
  options.onStep(`asking pip for tensorflow-cpu ${tensorflowVersion}`);
  const { url, sha256 } = await askPip(findPip(), options.signal);
  options.onStep(`fetching ${basename(new URL(url).pathname)}`);
  return (await fetchFile(url, sha256, { ...options, folder: downloads })).path;
}

/** https://pip.pypa.io/en/stable/reference/installation-report/ */
async function askPip([pip, ...args]: Tool, signal: AbortSignal): Promise<Address> {
  const platforms = ['manylinux2014_x86_64', 'manylinux_2_17_x86_64'].flatMap((name) => ['--platform', name]);
  const wanted = `tensorflow-cpu==${tensorflowVersion}`;
  const question = [
    'install --dry-run --quiet --ignore-installed --no-deps --only-binary=:all: --report - --python-version 3.11 --implementation cp --target .',
  ].flatMap((line) => line.split(' '));
  try {
    const { stdout } = await promisify(execFile)(pip, [...args, ...question, ...platforms, wanted], {
      signal,
    });
    return readReport(JSON.parse(stdout));
  } catch (error) {
    if (signal.aborted) throw error;
    const told = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Failure('download-failed', `pip finds no ${wanted}:\n${told.trim()}`, {
      fix: 'look at the network, or give a wheel that you have: pipe engine install native --from FILE.whl',
    });
  }
}

function readReport(report: unknown): Address {
  const url = at(report, 'install', 0, 'download_info', 'url');
  const sha256 = at(report, 'install', 0, 'download_info', 'archive_info', 'hashes', 'sha256');
  if (typeof url !== 'string' || typeof sha256 !== 'string')
    throw new Error('pip told no address and hash: it has to be 23.1 or newer');
  return { url, sha256 };
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? new Map(Object.entries(inner)).get(String(key))
        : undefined,
    value,
  );
}
