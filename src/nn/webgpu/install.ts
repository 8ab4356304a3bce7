/** Installs the webgpu engine: Dawn's addon for this system out of the npm package, whose other systems' are left out. */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { Failure } from '../../diagnostics/diagnostic.ts';
import { checkSpace, type InstallOptions, makeInPlace } from '../install/place.ts';
import { type Manifest, platformName, writeManifest } from '../manifest.ts';
import { dawnFile, webgpuFolder, webgpuVersion } from './installation.ts';

/** The package with every system's addon, and one of them. */
const needed = 100e6;

/** `archive`: the package as `npm pack` makes it; null: fetched by npm, which checks its hash. */
export async function installWebgpu(
  options: InstallOptions & { readonly archive: string | null },
): Promise<Manifest> {
  await checkSpace(options.folder, needed);
  return makeInPlace(webgpuFolder(options.folder), async (work) => {
    const archive = options.archive === null ? await fetchPackage(work, options) : resolve(options.archive);
    options.onStep(`unpacking ${dawnFile}`);
    await unpack(archive, join(work, dawnFile), options.signal);
    await rm(join(work, 'package'), { recursive: true, force: true });
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
      ['pack', `webgpu@${webgpuVersion}`, '--pack-destination', folder, '--ignore-scripts', '--silent'],
      { env, signal, cwd: work, shell: process.platform === 'win32' },
    );
    const [name] = await readdir(folder);
    if (name === undefined) throw new Error('npm left no package');
    return join(folder, name);
  } catch (error) {
    if (signal.aborted) throw error;
    const told = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Failure('download-failed', `npm could not fetch webgpu ${webgpuVersion}: ${told.trim()}`, {
      fix: 'look at the network, or give the package: pipe engine install webgpu --from webgpu.tgz',
    });
  }
}

/** Failure: `unsupported-system` where it has no addon for this one; `truncated-archive`. */
async function unpack(archive: string, to: string, signal: AbortSignal): Promise<void> {
  const wanted = `package/dist/${process.platform === 'darwin' ? 'darwin-universal' : platformName}/${dawnFile}`;
  let found = false;
  const entries = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries, { signal });
  reading.catch(() => {});
  try {
    for await (const entry of entries) {
      if (entry.header.name === wanted) {
        found = true;
        await pipeline(entry, createWriteStream(to, { mode: 0o755 }));
      } else entry.resume();
    }
    await reading;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Failure(
      'truncated-archive',
      `${archive} can't be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!found)
    throw new Failure('unsupported-system', `webgpu ${webgpuVersion} has no addon for ${platformName}`, {
      fix: 'compute on native or wasm',
    });
}
