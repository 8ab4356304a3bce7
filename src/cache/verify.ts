/** Checks every byte of a cache against its name, and mends what can be mended. */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { FileRef } from '../run/store.ts';
import { sweepTemporary } from './collect.ts';
import { contentsOf } from './contents.ts';
import { readSealed, temporaryName } from './files.ts';
import { objectPath } from './objects.ts';
import { hashOf, openStatCache } from './stat-cache.ts';

export interface Finding {
  /** Relative to the cache. */
  readonly path: string;
  readonly what: string;
  /** What became of it: mended, or the stages that will run again. */
  readonly now: string;
  readonly mended: boolean;
}

export interface Verified {
  readonly objects: number;
  readonly bytes: number;
  readonly entries: number;
  readonly findings: readonly Finding[];
}

export async function verify(folder: string): Promise<Verified> {
  const { held, uses, damaged } = await contentsOf(folder);
  const findings: Finding[] = [];
  for (const { key, entries } of damaged) {
    await entries.delete(key);
    const path = relative(folder, entries.path(key));
    findings.push({
      path,
      what: 'can not be read',
      now: `removed: ${stagesOf([key])} will run again`,
      mended: false,
    });
  }
  const refs = new Map(held.flatMap(({ objects }) => objects.map((ref) => [ref.hash, ref] as const)));
  const copies = copiesIn(join(folder, 'out'));
  const stats = openStatCache(join(folder, 'stat.json'));
  for (const ref of refs.values()) {
    const path = objectPath(join(folder, 'objects'), ref);
    const what = await harmOf(path, ref);
    if (what === null) stats.remember(path, ref.hash);
    else {
      const mended = await mend(path, ref, copies);
      const needing = held.filter(({ objects }) => objects.some(({ hash }) => hash === ref.hash));
      const now = mended
        ? 'mended from its copy under out/'
        : `removed: ${stagesOf(needing.map(({ key }) => key))} will run again`;
      findings.push({ path: relative(folder, path), what, now, mended });
    }
  }
  findings.push(...damagedRuns(join(folder, 'runs')));
  sweepTemporary(folder);
  const bytes = [...refs.values()].reduce((sum, { size }) => sum + size, 0);
  return { objects: refs.size, bytes, entries: held.length, findings };

  function stagesOf(keys: readonly string[]): string {
    const names = uses
      .filter(({ fingerprint }) => keys.includes(fingerprint))
      .map((use) => `${use.pipeline}/${use.stage}`);
    return names.length > 0 ? [...new Set(names)].join(', ') : 'what needs it';
  }
}

async function harmOf(path: string, ref: FileRef): Promise<string | null> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 'is missing';
  if (!found.isFile()) return 'is no file';
  if (found.size !== ref.size) return `has ${found.size} bytes instead of ${ref.size}`;
  if ((await hashOf(path, found.size)) !== ref.hash) return 'has other bytes than its name says';
  if ((found.mode & 0o222) !== 0) chmodSync(path, 0o444);
  return null;
}

/** By size, the files that were brought out. */
function copiesIn(folder: string): ReadonlyMap<number, readonly string[]> {
  const copies = new Map<number, string[]>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A run may bring out others at this moment.
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size !== undefined) copies.set(size, [...(copies.get(size) ?? []), path]);
  }
  return copies;
}

async function mend(
  path: string,
  ref: FileRef,
  copies: ReadonlyMap<number, readonly string[]>,
): Promise<boolean> {
  rmSync(path, { recursive: true, force: true });
  for (const copy of copies.get(ref.size) ?? []) {
    if ((await hashOf(copy)) !== ref.hash) continue;
    mkdirSync(dirname(path), { recursive: true });
    const temporary = temporaryName(path);
    copyFileSync(copy, temporary);
    chmodSync(temporary, 0o444);
    renameSync(temporary, path);
    return true;
  }
  return false;
}

function damagedRuns(folder: string): Finding[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && readSealed(join(folder, name)) === undefined)
    .map((name) => {
      renameSync(join(folder, name), join(folder, `${name}.damaged`));
      return {
        path: `runs/${name}`,
        what: 'can not be read',
        now: `set aside as ${name}.damaged`,
        mended: false,
      };
    });
}
