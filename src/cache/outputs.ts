/** cache/out/PIPELINE[@PROFILE]/STAGE/PORT/FILE: the newest outputs, for people and other tools. */
import { createHash } from 'node:crypto';
import { constants, copyFileSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import { withProfile } from '../pipeline/profile.ts';
import type { FileRef, Store, StoredResult } from '../run/store.ts';
import type { Objects } from './objects.ts';
import type { StatCache } from './stat-cache.ts';
import type { Work } from './work.ts';

/** Below this, copying costs less than what a shared inode risks. */
const copyBelowBytes = 8 * 1024 * 1024;
/** Other processes may bring out the same stage at the same moment; each try either wins or clears away what won. */
const tries = 20;

export interface Placed {
  /** PORT/FILE */
  readonly path: string;
  readonly ref: FileRef;
}

export function makeOutputs(
  folder: string,
  objects: Objects,
  stats: StatCache,
  work: Work,
): Pick<Store, 'bringOut'> {
  async function place(ref: FileRef, to: string): Promise<void> {
    const from = objects.path(ref);
    if (ref.size < copyBelowBytes) return copyFileSync(from, to, constants.COPYFILE_FICLONE);
    const cloned = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
      () => true,
      () => false,
    );
    if (cloned) return;
    rmSync(to, { force: true });
    try {
      linkSync(from, to);
    } catch {
      await copyFile(from, to);
    }
  }

  /** Puts `temporary` in `target`'s place. */
  async function swap(temporary: string, target: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        renameSync(temporary, target);
        return;
      } catch (error) {
        const why = codeOf(error);
        if (attempt === tries || !['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(why)) throw error;
        if (why === 'ENOENT') mkdirSync(dirname(target), { recursive: true });
        else await moveAway(target);
      }
    }
  }

  async function moveAway(target: string): Promise<void> {
    const old = await work.make();
    try {
      renameSync(target, join(old, 'old'));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    } finally {
      await work.remove(old);
    }
  }

  async function replace(target: string, files: readonly Placed[], folders: Folders): Promise<void> {
    const temporary = await work.make();
    try {
      for (const at of folders.keys()) if (at !== '') mkdirSync(join(temporary, at), { recursive: true });
      for (const { path, ref } of files) await place(ref, join(temporary, path));
      // Before the swap: after it another process may have put its own outputs there. A rename keeps what we look at.
      for (const { path, ref } of files) stats.remember(join(target, path), ref.hash, join(temporary, path));
      await swap(temporary, target);
    } catch (error) {
      await work.remove(temporary);
      throw error;
    }
    for (const [at, names] of folders) rememberFolder(join(target, at), names);
  }

  function rememberFolder(path: string, names: string): void {
    try {
      stats.remember(path, names);
    } catch (error) {
      // Another process has already put its own there.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  /** Were these files and no others brought out before, and nothing touched since? */
  function isThere(target: string, files: readonly Placed[], folders: Folders): boolean {
    return (
      files.every(({ path, ref }) => isOurs(join(target, path), ref)) &&
      [...folders].every(([at, names]) => stats.known(join(target, at)) === names)
    );
  }

  function isOurs(file: string, ref: FileRef): boolean {
    if (stats.known(file) === ref.hash) return true;
    // A hard link to the object is as whole as the object, which is checked for itself.
    return ref.size >= copyBelowBytes && inode(file) !== null && inode(file) === inode(objects.path(ref));
  }

  async function bringOut(
    ...[pipeline, profile, stage, ports]: Parameters<Store['bringOut']>
  ): Promise<void> {
    const target = outputFolder(folder, pipeline, profile, stage);
    const files = placedOf(ports);
    const folders = foldersOf(files);
    if (isThere(target, files, folders)) return;
    try {
      // Links to objects come and go with this: their bytes do not change.
      const large = files.filter(({ ref }) => ref.size >= copyBelowBytes);
      await stats.keeping(
        large.map(({ ref }) => objects.path(ref)),
        () => replace(target, files, folders),
      );
    } catch (error) {
      throw notWritten(stage, target, error);
    }
  }

  return { bringOut };
}

export const outputFolder = (
  folder: string,
  pipeline: string,
  profile: string | null,
  stage: string,
): string => join(folder, withProfile(pipeline, profile), stage);

export function placedOf(ports: StoredResult['ports']): Placed[] {
  return Object.entries(ports).flatMap(([port, content]) =>
    Object.entries(content.files).map(([path, ref]) => ({ path: `${port}/${path}`, ref })),
  );
}

/** Everything in a stage's folder: the folder itself (''), those in it, and the files. */
export function pathsIn(files: readonly Placed[]): string[] {
  return [...foldersOf(files).keys(), ...files.map(({ path }) => path)];
}

/** By folder, '' for the outermost: a digest of the names in it. */
type Folders = ReadonlyMap<string, string>;

function foldersOf(files: readonly Placed[]): Folders {
  const names = new Map<string, Set<string>>([['', new Set()]]);
  for (const { path } of files) {
    let name = path;
    for (let at = dirname(path); name !== ''; at = dirname(at)) {
      const parent = at === '.' ? '' : at;
      const inside = names.get(parent) ?? new Set();
      inside.add(name.slice(parent === '' ? 0 : parent.length + 1));
      names.set(parent, inside);
      name = parent;
    }
  }
  return new Map(
    [...names].map(([at, inside]) => [
      at,
      createHash('sha256')
        .update([...inside].sort().join('\0'))
        .digest('hex'),
    ]),
  );
}

function inode(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino}` : null;
}

function notWritten(stage: string, target: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  return new Failure(
    'outputs-not-written',
    `the outputs of \`${stage}\` can't be put into \`${target}\`: ${why}`,
    {
      fix: 'the results themselves are kept: free the folder or the disk, and run again',
    },
  );
}
