/** Installs the webgpu engine: Dawn's addon for this system out of the npm package, whose other systems' are left out. */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { Failure } from '../../diagnostics/diagnostic.ts';
import { codeOf } from '../../diagnostics/system-code.ts';
import {
  checkSpace,
  type InstallOptions,
  isSystemError,
  makeInPlace,
  requireFile,
} from '../install/place.ts';
import { toldBy } from '../install/tools.ts';
import { type Manifest, platformName, writeManifest } from '../manifest.ts';
import { askAfresh, loaderError } from '../probe.ts';
import { dawnFile, webgpuFolder, webgpuVersion } from './installation.ts';

/** The package with every system's addon, and one of them. */
const needed = 100e6;

/** `archive`: the package as `npm pack` makes it; null: fetched by npm, which checks its hash. */
export async function installWebgpu(
  options: InstallOptions & { readonly archive: string | null },
): Promise<Manifest> {
  if (options.archive !== null) await requireFile(options.archive);
  await checkSpace(options.folder, needed);
  return makeInPlace(webgpuFolder(options.folder), async (work) => {
    const archive = options.archive === null ? await fetchPackage(work, options) : resolve(options.archive);
    options.onStep(`unpacking ${dawnFile}`);
    await unpack(archive, join(work, dawnFile), options.signal);
    await rm(join(work, 'package'), { recursive: true, force: true });
    options.onStep('trying it');
    tryAddon(join(work, dawnFile), options);
    const facts = { dawn: webgpuVersion };
    return writeManifest(work, { source: `webgpu ${webgpuVersion}`, facts }, [dawnFile]);
  });
}

async function fetchPackage(work: string, { env, signal, onStep }: InstallOptions): Promise<string> {
  onStep(`fetching webgpu ${webgpuVersion}`);
  const folder = join(work, 'package');
  await mkdir(folder);
  try {
    await promisify(execFile)(
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      [
        'pack',
        `webgpu@${webgpuVersion}`,
        '--pack-destination',
        folder,
        '--ignore-scripts',
        '--loglevel',
        'error',
      ],
      { env, signal, cwd: work, shell: process.platform === 'win32' },
    );
    const [name] = await readdir(folder);
    if (name === undefined) throw new Error('npm left no package');
    return join(folder, name);
  } catch (error) {
    if (signal.aborted) throw error;
    if (codeOf(error) === 'ENOENT')
      throw new Failure('tool-missing', 'npm, which fetches and checks the package, is missing', {
        fix: 'install it, or give the package: pipe engine install webgpu --from webgpu.tgz',
      });
    throw new Failure('download-failed', `npm could not fetch webgpu ${webgpuVersion}: ${toldBy(error)}`, {
      fix: 'look at the network, or give the package: pipe engine install webgpu --from webgpu.tgz',
    });
  }
}

/** Failure: `truncated-archive`; `wheel-unusable` for another version; `unsupported-system` where it has no addon for this one. */
async function unpack(archive: string, to: string, signal: AbortSignal): Promise<void> {
  const wanted = `package/dist/${process.platform === 'darwin' ? 'darwin-universal' : platformName}/${dawnFile}`;
  let found = false;
  let about = '';
  const entries = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries, { signal });
  reading.catch(() => {});
  try {
    for await (const entry of entries) {
      if (entry.header.name === wanted) {
        found = true;
        await pipeline(entry, createWriteStream(to, { mode: 0o755 }));
      } else if (entry.header.name === 'package/package.json') about = await text(entry);
      else entry.resume();
    }
    await reading;
  } catch (error) {
    if (signal.aborted || isSystemError(error)) throw error;
    throw new Failure(
      'truncated-archive',
      `${archive} can't be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  refuseOther(archive, about);
  if (!found)
    throw new Failure('unsupported-system', `webgpu ${webgpuVersion} has no addon for ${platformName}`, {
      fix: 'compute on native or wasm',
    });
}

/** Failure: `wheel-unusable`. */
function refuseOther(archive: string, about: string): void {
  const [name, version] = ['name', 'version'].map((key) => fieldOf(about, key));
  if (name === 'webgpu' && version === webgpuVersion) return;
  const is = name === undefined ? 'no package of npm' : `${name} ${version}`;
  throw new Failure('wheel-unusable', `${archive} is ${is}, and this pipe needs webgpu ${webgpuVersion}`, {
    fix: `take what this gives: npm pack webgpu@${webgpuVersion}`,
  });
}

function fieldOf(json: string, key: string): unknown {
  try {
    return new Map(Object.entries(JSON.parse(json))).get(key);
  } catch {
    return undefined;
  }
}

/** Whether it finds a GPU is another question. Failure: `engine-broken`. */
function tryAddon(addon: string, { env }: InstallOptions): void {
  const program = "require(process.argv[1]); console.log('{}')";
  const { told, log } = askAfresh({ addon, program, env });
  if (told === null)
    throw new Failure('engine-broken', `${dawnFile} does not load: ${loaderError(log)}`, {
      fix: 'compute on native or wasm',
    });
}
