/** The object store: immutable bytes, named by their sha256: objects/ab/cdef…. */
import { chmodSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileRef, Files } from '../run/store.ts';
import { flush } from './files.ts';
import { hashOf, type StatCache } from './stat-cache.ts';

export interface Objects {
  path(ref: FileRef): string;
  /** Moves the folder's files in; {} when there is none. */
  adoptFolder(folder: string): Promise<Files>;
  /** Is it there, whole? By size, and by hash when anything of its file changed since it was last hashed. */
  intact(ref: FileRef): Promise<boolean>;
}

export function makeObjects(folder: string, stats: StatCache): Objects {
  const path = (ref: FileRef): string => join(folder, ref.hash.slice(0, 2), ref.hash.slice(2));

  async function intact(ref: FileRef): Promise<boolean> {
    try {
      const found = statSync(path(ref));
      if (!found.isFile() || found.size !== ref.size) return false;
      return (await stats.hash(path(ref))) === ref.hash;
    } catch {
      return false;
    }
  }

  async function adopt(file: string): Promise<FileRef> {
    const ref = { hash: await hashOf(file), size: statSync(file).size };
    if (await intact(ref)) return ref;
    flush(file);
    chmodSync(file, 0o444);
    mkdirSync(dirname(path(ref)), { recursive: true });
    rmSync(path(ref), { recursive: true, force: true });
    renameSync(file, path(ref));
    stats.remember(path(ref), ref.hash);
    return ref;
  }

  async function adoptFolder(from: string): Promise<Files> {
    const entries = await readdir(from, { withFileTypes: true, recursive: true }).catch(() => []);
    const files: { [path: string]: FileRef } = {};
    for (const entry of entries.filter((found) => found.isFile())) {
      const file = join(entry.parentPath, entry.name);
      const name = file.slice(from.length + 1).replaceAll('\\', '/');
      files[name] = await adopt(file);
    }
    return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  return { path, adoptFolder, intact };
}
