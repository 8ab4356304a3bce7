/** Installs the native engine: TensorFlow's library out of a wheel, the addon compiled against it, tried, then put in place. */
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Failure } from '../../../diagnostics/diagnostic.ts';
import { checkSpace, type InstallOptions, makeInPlace, removeDownloads } from '../../install/place.ts';
import { findCompiler } from '../../install/tools.ts';
import { type Manifest, writeManifest } from '../../manifest.ts';
import { askAfresh, loaderError } from '../../probe.ts';
import { addonFile, addonSource, nativeFolder, nativeProbe } from '../installation.ts';
import { tensorflowVersion, whyTooOld } from '../versions.ts';
import { compileAddon } from './compile.ts';
import { unpackWheel } from './unpack.ts';
import { fetchWheels, type Wheel, wheelAt } from './wheel.ts';

export interface NativeOptions extends InstallOptions {
  /** With NVIDIA's libraries. */
  readonly gpu: boolean;
  /** Wheels that are already here; none: fetched through pip. */
  readonly wheels: readonly string[];
  readonly version?: string;
  /** Folders or URLs where wheels are looked for first. */
  readonly mirrors: readonly string[];
  /** Free bytes of a folder; the system's unless a test says. */
  readonly space?: (folder: string) => Promise<number>;
}

/** Of wheels and what comes out of them at once, with a margin: the wheels are removed in the end. */
const needed = { cpu: 1.3e9, gpu: 10e9 };

/** The manifest of what is now installed. Failures say what to do; whatever was installed before stays until the end. */
export async function installNative(options: NativeOptions): Promise<Manifest> {
  const { folder, gpu, signal } = options;
  // Before all that takes time or room; of those that are fetched it is asked when their names are known.
  for (const path of options.wheels) refuseWheel(basename(path), gpu);
  const compiler = findCompiler(options.env);
  await checkSpace(folder, gpu ? needed.gpu : needed.cpu, options.space);
  const given = await Promise.all(options.wheels.map(wheelAt));
  const made = await makeInPlace(nativeFolder(folder), async (work) => {
    const wheels =
      given.length > 0 ? given : await fetchWheels(options.version ?? tensorflowVersion, options);
    for (const { name } of wheels) refuseWheel(name, gpu);
    const paths: string[] = [];
    for (const wheel of wheels) {
      options.onStep(`unpacking ${wheel.name}`);
      paths.push(...(await unpackWheel(wheel.path, work, signal)));
    }
    options.onStep('compiling the addon');
    await compileAddon(compiler, work, paths, signal);
    await rm(join(work, 'include'), { recursive: true });
    options.onStep('trying it');
    const tensorflow = tryAddon(work, options);
    const facts = { tensorflow, device: gpu ? 'cuda' : 'cpu', ...versionsOf(wheels) };
    return writeManifest(work, { source: addonSource, facts }, [addonFile, ...paths]);
  });
  // It is installed: what can't be removed is no failure.
  await removeDownloads(nativeFolder(folder)).catch(() => {});
  return made;
}

function refuseWheel(name: string, gpu: boolean): void {
  refuseOld(/^tensorflow(?:_\w+)?-(\d[^-]*)-/.exec(name)?.[1]);
  if (gpu && /^tensorflow_cpu-/.test(name))
    throw new Failure('wheel-unusable', `${name} has no CUDA`, {
      fix: 'leave out `--gpu`, or give the wheel of tensorflow and those of NVIDIA',
    });
}

function refuseOld(version: string | undefined): void {
  const why = version === undefined ? null : whyTooOld(version);
  if (why !== null)
    throw new Failure('wheel-unusable', `the wheel can't be used: ${why}`, {
      fix: `take ${tensorflowVersion}, which \`pipe engine install native\` fetches by itself`,
    });
}

/** TensorFlow's version as it tells it itself. Failure: `engine-broken`. */
function tryAddon(work: string, { env }: NativeOptions): string {
  const silent = { ...env, TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const { told, log } = askAfresh({ addon: join(work, addonFile), program: nativeProbe, env: silent });
  if (typeof told?.tensorflow !== 'string')
    throw new Failure('engine-broken', `the addon was compiled and does not load: ${loaderError(log)}`, {
      fix: 'try another version of TensorFlow: pipe engine install native --from FILE.whl',
    });
  refuseOld(told.tensorflow);
  return told.tensorflow;
}

/** Of NVIDIA's wheels: `{ 'cudnn-cu12': '9.10.2' }`. */
function versionsOf(wheels: readonly Wheel[]): { [name: string]: string } {
  const parts = wheels.map(({ name }) => /^nvidia_([^-]+)-([^-]+)-/.exec(basename(name)));
  return Object.fromEntries(
    parts.flatMap((match) => (match?.[1] && match[2] ? [[match[1].replaceAll('_', '-'), match[2]]] : [])),
  );
}
