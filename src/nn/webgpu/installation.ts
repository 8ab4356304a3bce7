/** What `pipe engine install webgpu` leaves: Dawn as an addon, out of the npm package `webgpu`, and a manifest. */
import { join } from 'node:path';
import { readManifest, whatIsWrong } from '../manifest.ts';

/** The newest that was tested. */
export const webgpuVersion = '0.6.2';
export const dawnFile = 'dawn.node';

export const webgpuFolder = (engines: string): string => join(engines, 'webgpu');

export type DawnFound =
  | { readonly state: 'whole'; readonly dawn: string }
  | { readonly state: 'missing' | 'broken'; readonly why: string };

export function findDawn(engines: string): DawnFound {
  const folder = webgpuFolder(engines);
  const manifest = readManifest(folder);
  if (manifest.state !== 'read') return manifest;
  const why =
    manifest.value.source === `webgpu ${webgpuVersion}`
      ? whatIsWrong(folder, manifest.value)
      : `it is ${manifest.value.source}, this pipe needs webgpu ${webgpuVersion}`;
  return why === null ? { state: 'whole', dawn: join(folder, dawnFile) } : { state: 'broken', why };
}
