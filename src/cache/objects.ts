/** The object store: immutable bytes, named by their sha256: objects/ab/cdef…. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  type Dirent,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import type { FileRef, Files } from '../run/store.ts';
import { temporaryName } from './files.ts';
import { hashOf, type StatCache } from './stat-cache.ts';

export interface Objects {
  path(ref: FileRef): string;
  /** Moves the folder's files in; {} when there is none. Failure `bad-output`: what is neither file nor folder. */
  adoptFolder(folder: string): Promise<Files>;
  /** Moves one file in. */
  adoptFile(file: string): Promise<FileRef>;
  /** Writes one, first to `file`. */
  adoptText(text: string, file: string): Promise<FileRef>;
  /** Is it there, with its size? Says nothing of its bytes. */
  present(ref: FileRef): boolean;
  /** Is it there, whole? By size, and by hash when anything of its file changed since it was last hashed. */
  intact(ref: FileRef): Promise<boolean>;
}

export function makeObjects(
  folder: string,
  stats: StatCache,
  pin: (hashes: readonly string[]) => void,
): Objects {
  const path = (ref: FileRef): string => objectPath(folder, ref);

  function present(ref: FileRef): boolean {
    const found = statSync(path(ref), { throwIfNoEntry: false });
    return found?.isFile() === true && found.size === ref.size;
  }

  async function intact(ref: FileRef): Promise<boolean> {
    // What is remembered was a file of this size.
    if (stats.known(path(ref)) === ref.hash) return true;
    try {
      return present(ref) && (await stats.hash(path(ref))) === ref.hash;
    } catch {
      return false;
    }
  }

  async function adoptFile(file: string): Promise<FileRef> {
    const found = lstatSync(file);
    // What has another name elsewhere would be changed there, too, and change with it.
    if (!found.isFile() || found.nlink > 1) await becomeFile(file, basename(file));
    const { size } = found.isFile() ? found : statSync(file);
    const ref = { hash: await hashOf(file, size), size };
    if (await isThere(ref)) return ref;
    // Its age as an object: what wrote it may have given it any.
    const now = new Date();
    utimesSync(file, now, now);
    put(file, ref);
    return ref;
  }

  async function adoptText(text: string, file: string): Promise<FileRef> {
    const bytes = Buffer.from(text);
    const ref = { hash: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
    if (await isThere(ref)) return ref;
    writeFileSync(file, bytes);
    put(file, ref);
    return ref;
  }

  /** A collection leaves what is new alone, but not an old object that is just now wanted again. */
  async function isThere(ref: FileRef): Promise<boolean> {
    if (!present(ref)) return false;
    pin([ref.hash]);
    return intact(ref);
  }

  function put(file: string, ref: FileRef): void {
    chmodSync(file, 0o444);
    moveOver(file, path(ref));
    stats.remember(path(ref), ref.hash);
  }

  async function adoptFolder(from: string): Promise<Files> {
    const entries = (await entriesOf(from)).filter((entry) => !entry.isDirectory());
    const found = entries.map((entry) => ({ entry, file: join(entry.parentPath, entry.name) }));
    // First all links, while what they point to is still in its place.
    for (const { entry, file } of found) if (!entry.isFile()) await becomeFile(file, nameIn(from, file));
    const files: [string, FileRef][] = [];
    for (const { file } of found) files.push([nameIn(from, file), await adoptFile(file)]);
    return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  return { path, adoptFile, adoptText, adoptFolder, present, intact };
}

/** `folder`: that of all objects. */
export const objectPath = (folder: string, { hash }: FileRef): string =>
  join(folder, hash.slice(0, 2), hash.slice(2));

const nameIn = (folder: string, file: string): string => relative(folder, file).replaceAll('\\', '/');

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Renaming replaces a damaged object at once, so that no other process finds it missing; only a folder has to go first. */
function moveOver(file: string, to: string, hindrances = 3): void {
  try {
    renameSync(file, to);
  } catch (error) {
    const why = codeOf(error);
    if (hindrances === 0) throw error;
    if (why === 'ENOENT') mkdirSync(dirname(to), { recursive: true });
    // A folder that was made read-only lets nothing out.
    else if (why === 'EACCES') chmodSync(dirname(file), 0o755);
    else if (['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(why))
      rmSync(to, { recursive: true, force: true });
    else throw error;
    moveOver(file, to, hindrances - 1);
  }
}

/** A link to a file, of either sort, counts as that file: what it leads to may be gone tomorrow, or another. */
async function becomeFile(link: string, name: string): Promise<void> {
  if (statSync(link, { throwIfNoEntry: false })?.isFile() !== true) throw badOutput(name);
  const copy = temporaryName(link);
  await copyFile(link, copy);
  await rename(copy, link);
}

function badOutput(name: string): Failure {
  return new Failure(
    'bad-output',
    `the output \`${name}\` is neither a file, a folder, nor a link to a file`,
    {
      fix: 'write plain files',
    },
  );
}
