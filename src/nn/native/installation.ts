/** What `pipe engine install native` leaves: a folder with TensorFlow's library, the addon and a manifest of both. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Manifest {
  readonly version: 1;
  /** TensorFlow's version, as the library itself tells it. */
  readonly tensorflow: string;
  readonly device: 'cpu' | 'cuda';
  /** The version of the package whose sources the addon was compiled from. */
  readonly addon: string;
  readonly platform: string;
  /** The wheel that the library came out of. */
  readonly wheel: { readonly name: string; readonly sha256: string };
  /** Every file that it needs. */
  readonly files: { readonly [path: string]: { readonly size: number; readonly sha256: string } };
}

export const manifestFile = 'engine.json';
export const addonFile = 'tfjs_binding.node';
/** The npm package of the addon's sources. */
export const addonVersion = '4.22.0';
export const platformName = `${process.platform}-${process.arch}`;

export type Installation =
  | { readonly state: 'whole'; readonly manifest: Manifest; readonly addon: string }
  | { readonly state: 'missing' | 'broken'; readonly why: string };

export const installationFolder = (engines: string): string => join(engines, 'native');

/** Told from the manifest, which is written last, and the files' sizes; hashes are for `pipe engine test`. */
export function findInstallation(engines: string): Installation {
  const folder = installationFolder(engines);
  const manifest = readManifest(folder);
  if (manifest === 'missing') return { state: 'missing', why: 'it is not installed' };
  if (manifest === null)
    return { state: 'broken', why: `${join(folder, manifestFile)} is not what an installation leaves` };
  const why = whatIsWrong(folder, manifest);
  return why === null
    ? { state: 'whole', manifest, addon: join(folder, addonFile) }
    : { state: 'broken', why };
}

function whatIsWrong(folder: string, manifest: Manifest): string | null {
  if (manifest.platform !== platformName)
    return `it was installed for ${manifest.platform}, this is ${platformName}`;
  if (manifest.addon !== addonVersion)
    return `its addon is of ${manifest.addon}, this pipe needs ${addonVersion}`;
  for (const [path, { size }] of Object.entries(manifest.files)) {
    const found = sizeOf(join(folder, path));
    if (found === null) return `${join(folder, path)} is gone`;
    if (found !== size) return `${join(folder, path)} has ${found} bytes, not ${size}`;
  }
  return null;
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}

function readManifest(folder: string): Manifest | null | 'missing' {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, manifestFile), 'utf8'));
    return isManifest(value) ? value : null;
  } catch (error) {
    return error instanceof SyntaxError ? null : 'missing';
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const frame = new Map(Object.entries(value));
  const texts = ['tensorflow', 'device', 'addon', 'platform'];
  const files: unknown = frame.get('files');
  return (
    frame.get('version') === 1 &&
    texts.every((name) => typeof frame.get(name) === 'string') &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((file) => typeof file?.size === 'number')
  );
}
