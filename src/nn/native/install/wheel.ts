/** Where wheels are: pip tells addresses and hashes from whatever index it is set up for; the bytes are fetched here, continuing after a break. */
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchFile } from '../../../data/fetch.ts';
import { sha256Of } from '../../../data/hash.ts';
import { Failure } from '../../../diagnostics/diagnostic.ts';
import { downloadsOf, requireFile } from '../../install/place.ts';
import { findPip, type Tool, toldBy } from '../../install/tools.ts';
import { nativeFolder } from '../installation.ts';
import type { NativeOptions } from './install.ts';
import { type Requirement, requirementFor } from './platform.ts';

export interface Wheel {
  /** As its index names it. */
  readonly name: string;
  readonly path: string;
}

interface Address {
  readonly url: string;
  readonly sha256: string;
}

/** A wheel of the user's. Failure: `file-not-found`. */
export async function wheelAt(path: string): Promise<Wheel> {
  await requireFile(path);
  return { name: basename(path), path };
}

/** TensorFlow's wheel, for a GPU with NVIDIA's. Failure: `tool-missing`, `download-failed`, `corrupted-download`, `unsupported-system`. */
export async function fetchWheels(version: string, options: NativeOptions): Promise<Wheel[]> {
  const requirement = requirementFor(version, options.gpu);
  const pip = findPip(options.env);
  options.onStep(`asking pip for ${requirement.what}`);
  const addresses = await askPip(pip, requirement, options);
  const wheels: Wheel[] = [];
  for (const { url, sha256 } of addresses) {
    const name = basename(new URL(url).pathname);
    options.onStep(`fetching ${name}`);
    const path = await pathOf({ url, sha256 }, options);
    wheels.push({ name, path });
  }
  return wheels;
}

/** An index may be a folder (`--find-links`): there is nothing to fetch, then. */
async function pathOf({ url, sha256 }: Address, options: NativeOptions): Promise<string> {
  if (!url.startsWith('file:')) {
    const folder = downloadsOf(nativeFolder(options.folder));
    return (await fetchFile(url, sha256, { ...options, folder, log: options.onStep })).path;
  }
  const path = fileURLToPath(url);
  if ((await sha256Of(path)) !== sha256)
    throw new Failure('corrupted-download', `${path} has another sha256 than pip has told`);
  return path;
}

/** https://pip.pypa.io/en/stable/reference/installation-report/ */
async function askPip([pip, ...args]: Tool, wanted: Requirement, options: NativeOptions): Promise<Address[]> {
  const question =
    'install --dry-run --no-user --quiet --ignore-installed --only-binary=:all: --report - --python-version 3.11 --implementation cp --target .'.split(
      ' ',
    );
  const platforms = wanted.platforms.flatMap((name) => ['--platform', name]);
  const { env, signal } = options;
  try {
    const { stdout } = await promisify(execFile)(
      pip,
      [...args, ...question, ...wanted.flags, ...platforms, wanted.what],
      { env, signal, maxBuffer: 1e8 },
    );
    return readReport(JSON.parse(stdout));
  } catch (error) {
    if (signal.aborted || error instanceof Failure) throw error;
    const told = toldBy(error);
    if (/no such option/.test(told)) throw tooOld('pip knows no `install --dry-run --report`');
    throw new Failure('download-failed', `pip finds no ${wanted.what}:\n${told}`, {
      fix: 'look at the network, or give a wheel that you have: pipe engine install native --from FILE.whl',
    });
  }
}

/** TensorFlow and NVIDIA's libraries out of all that Python would need. */
function readReport(report: unknown): Address[] {
  const installed = at(report, 'install');
  const all = (Array.isArray(installed) ? installed : []).map((one: unknown) => ({
    name: String(at(one, 'metadata', 'name')),
    url: at(one, 'download_info', 'url'),
    sha256: at(one, 'download_info', 'archive_info', 'hashes', 'sha256'),
  }));
  const wanted = all.filter(({ name }) => /^(?:tensorflow(?:[-_]cpu)?|nvidia[-_].+)$/.test(name));
  return wanted.map(({ name, url, sha256 }) => {
    if (typeof url !== 'string' || typeof sha256 !== 'string')
      throw tooOld(`pip told no address and hash of ${name}`);
    return { url, sha256 };
  });
}

function tooOld(why: string): Failure {
  return new Failure('tool-missing', `${why}: it has to be 23.1 or newer`, {
    fix: 'python3 -m pip install --upgrade pip',
  });
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
