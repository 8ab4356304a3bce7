/** Installs the native engine: TensorFlow's library out of a wheel, the addon compiled against it, tried, then put in place. */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Of } from '../../../data/hash.ts';
import {
  addonFile,
  addonVersion,
  installationFolder,
  type Manifest,
  manifestFile,
  platformName,
} from '../installation.ts';
import { compileAddon } from './compile.ts';
import { findCompiler } from './tools.ts';
import { tryAddon } from './try.ts';
import { unpackWheel } from './unpack.ts';
import { fetchWheel } from './wheel.ts';

export interface InstallOptions {
  /** Where engines are kept. */
  readonly folder: string;
  /** A wheel that is already here; null: fetched through pip. */
  readonly wheel: string | null;
  /** Folders or URLs where the wheel is looked for first. */
  readonly mirrors: readonly string[];
  readonly onStep: (text: string) => void;
  readonly onBytes: (done: number, total: number | null) => void;
  readonly signal: AbortSignal;
}

/** The manifest of what is now installed. Failures say what to do; whatever was installed before stays until the end. */
export async function installNative(options: InstallOptions): Promise<Manifest> {
  const compiler = findCompiler();
  const wheel = options.wheel ?? (await fetchWheel(options));
  const target = installationFolder(options.folder);
  const work = `${target}.${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    options.onStep(`unpacking ${basename(wheel)}`);
    const unpacked = await unpackWheel(wheel, work, options.signal);
    options.onStep('compiling the addon');
    await compileAddon(compiler, work, unpacked, options.signal);
    await rm(unpacked.headers, { recursive: true });
    options.onStep('trying it');
    const { tensorflow } = await tryAddon(join(work, addonFile));
    const manifest: Manifest = {
      version: 1,
      tensorflow,
      device: 'cpu',
      addon: addonVersion,
      platform: platformName,
      wheel: { name: basename(wheel), sha256: await sha256Of(wheel) },
      files: await describeFiles(work, [addonFile, ...unpacked.libraries]),
    };
    await writeFile(join(work, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    await putInPlace(work, target);
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** True when there was something to remove. */
export async function uninstallNative(folder: string): Promise<boolean> {
  const target = installationFolder(folder);
  const leaving = `${target}.${process.pid}`;
  try {
    await rename(target, leaving);
  } catch {
    return false;
  }
  await rm(leaving, { recursive: true, force: true });
  return true;
}

/** Running stages keep the files that they have open. */
async function putInPlace(work: string, target: string): Promise<void> {
  const old = `${target}.old.${process.pid}`;
  const had = await rename(target, old).then(
    () => true,
    () => false,
  );
  await rename(work, target);
  if (had) await rm(old, { recursive: true, force: true });
}

async function describeFiles(folder: string, names: readonly string[]): Promise<Manifest['files']> {
  const files: { [path: string]: { size: number; sha256: string } } = {};
  for (const name of names) {
    const path = join(folder, name);
    files[name] = { size: (await stat(path)).size, sha256: await sha256Of(path) };
  }
  return files;
}
