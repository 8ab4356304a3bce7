/** Where the native engine is: what `pipe engine install native` left, else the addon that the npm package's own script fetched. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { EngineSettings } from '../engines.ts';
import { readManifest, whatIsWrong } from '../manifest.ts';
import { ask } from '../probe.ts';
import { whyTooOld } from './versions.ts';

/** The npm package of the addon's sources. */
export const addonSource = '@tensorflow/tfjs-node-gpu 4.22.0';
/** TensorFlow's wheels expect NVIDIA's beside this folder. */
export const libraryFolder = 'tensorflow';
export const addonFile = join(libraryFolder, 'tfjs_binding.node');

export type Installation =
  | {
      readonly state: 'whole';
      readonly tensorflow: string;
      /** What the library can compute on, where there is one. */
      readonly device: 'cpu' | 'cuda';
      /** Versions of NVIDIA's libraries. */
      readonly libraries: { readonly [name: string]: string };
      readonly addon: string;
    }
  | { readonly state: 'missing' | 'broken'; readonly why: string };

/** What it finds, printed by a process of its own. */
export const nativeProbe =
  'const a = require(process.argv[1]); console.log(JSON.stringify({ tensorflow: a.TF_Version, gpu: a.isUsingGpuDevice() }))';

export const nativeFolder = (engines: string): string => join(engines, 'native');

export function findInstallation(settings: EngineSettings): Installation {
  const installed = findInstalled(settings.folder);
  return installed.state === 'missing' ? (findPrebuilt(settings, packages()) ?? installed) : installed;
}

function findInstalled(engines: string): Installation {
  const folder = nativeFolder(engines);
  const manifest = readManifest(folder);
  if (manifest.state !== 'read') return manifest;
  const { facts, source } = manifest.value;
  const { tensorflow = '', device, ...libraries } = facts;
  const why =
    source === addonSource
      ? (whyTooOld(tensorflow) ?? whatIsWrong(folder, manifest.value))
      : `its addon was made from ${source}, this pipe needs ${addonSource}`;
  if (why !== null) return { state: 'broken', why };
  const addon = join(folder, addonFile);
  return { state: 'whole', tensorflow, device: device === 'cuda' ? 'cuda' : 'cpu', libraries, addon };
}

/** Null where none of these packages has an addon that loads. */
export function findPrebuilt(
  { folder: engines, env, fresh = false }: EngineSettings,
  folders: readonly string[],
): Installation | null {
  for (const folder of folders) {
    const addon = addonIn(folder);
    if (addon === null) continue;
    const { told } = ask({ folder: engines, addon, program: nativeProbe, env, fresh });
    if (typeof told?.tensorflow !== 'string') continue;
    return {
      state: 'whole',
      tensorflow: told.tensorflow,
      device: folder.endsWith('gpu') ? 'cuda' : 'cpu',
      libraries: {},
      addon,
    };
  }
  return null;
}

/** Its install script makes lib/napi-v8, by the version of Node's interface. */
function addonIn(folder: string): string | null {
  try {
    const names = readdirSync(join(folder, 'lib')).filter((name) => name.startsWith('napi-v'));
    const addons = names.map((name) => join(folder, 'lib', name, 'tfjs_binding.node')).filter(existsSync);
    return addons.sort().at(-1) ?? null;
  } catch {
    return null;
  }
}

function packages(): string[] {
  const require = createRequire(import.meta.url);
  return ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].flatMap((name) => {
    try {
      return [dirname(require.resolve(`${name}/package.json`))];
    } catch {
      return [];
    }
  });
}
