/** What an installation of an engine says of itself. Written last, so that a half-done one has none. */
import { readFileSync, statSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../data/hash.ts';

export interface Manifest {
  readonly version: 1;
  /** What it was made of: `webgpu 0.6.2`, `@tensorflow/tfjs-node-gpu 4.22.0`. */
  readonly source: string;
  readonly platform: string;
  /** Only for people and for what a result is recorded with: `{ tensorflow: '2.20.0', device: 'cpu' }`. */
  readonly facts: { readonly [name: string]: string };
  /** Every file that it needs. */
  readonly files: { readonly [path: string]: { readonly size: number; readonly sha256: string } };
}

const manifestFile = 'engine.json';
export const platformName = `${process.platform}-${process.arch}`;

export type ReadManifest =
  | { readonly state: 'read'; readonly value: Manifest }
  | { readonly state: 'missing' | 'broken'; readonly why: string };

export function readManifest(folder: string): ReadManifest {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, manifestFile), 'utf8'));
    if (isManifest(value)) return { state: 'read', value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) return { state: 'missing', why: 'it is not installed' };
  }
  return { state: 'broken', why: `${join(folder, manifestFile)} is not what an installation leaves` };
}

/** By sizes alone: every `pipe` looks. */
export function whatIsWrong(folder: string, manifest: Manifest): string | null {
  if (manifest.platform !== platformName)
    return `it was installed for ${manifest.platform}, this is ${platformName}`;
  for (const [path, { size }] of Object.entries(manifest.files)) {
    const found = sizeOf(join(folder, path));
    if (found === null) return `${join(folder, path)} is gone`;
    if (found !== size) return `${join(folder, path)} has ${found} bytes, not ${size}`;
  }
  return null;
}

/** The files of an installed engine whose bytes are not those that were installed; none of one that isn't. */
export async function damagedFiles(engines: string, name: string): Promise<string[]> {
  const folder = join(engines, name);
  const manifest = readManifest(folder);
  const damaged: string[] = [];
  if (manifest.state !== 'read') return damaged;
  for (const [path, { sha256 }] of Object.entries(manifest.value.files)) {
    // What can't be read is not what was installed, either.
    const found = await sha256Of(join(folder, path)).catch(() => null);
    if (found !== sha256) damaged.push(join(folder, path));
  }
  return damaged;
}

export async function writeManifest(
  folder: string,
  about: Pick<Manifest, 'source' | 'facts'>,
  paths: readonly string[],
): Promise<Manifest> {
  const files: { [path: string]: { size: number; sha256: string } } = {};
  for (const path of paths) {
    const file = join(folder, path);
    files[path] = { size: (await stat(file)).size, sha256: await sha256Of(file) };
  }
  const manifest: Manifest = { version: 1, ...about, platform: platformName, files };
  await writeFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const frame = new Map(Object.entries(value));
  const [facts, files]: unknown[] = [frame.get('facts'), frame.get('files')];
  return (
    frame.get('version') === 1 &&
    typeof frame.get('source') === 'string' &&
    typeof frame.get('platform') === 'string' &&
    typeof facts === 'object' &&
    facts !== null &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((file) => typeof file?.size === 'number' && typeof file?.sha256 === 'string')
  );
}
