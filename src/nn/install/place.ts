/** Makes a folder whole beside its place, then puts it there: a half-done installation is never where one is looked for. */
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../../diagnostics/diagnostic.ts';
import { codeOf } from '../../diagnostics/system-code.ts';

/** What every installation needs. */
export interface InstallOptions {
  /** Where engines are kept. */
  readonly folder: string;
  readonly onStep: (text: string) => void;
  readonly onBytes: (done: number, total: number | null) => void;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs `make` on an empty folder, then swaps it in. Whatever was there stays until the new one is whole. Failure:
 * `disk-full`, `file-not-written`.
 */
export async function makeInPlace<T>(target: string, make: (work: string) => Promise<T>): Promise<T> {
  const work = `${target}.${process.pid}.new`;
  try {
    // In a container a killed installation had the same number.
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    await removeLeftovers(target);
    const made = await make(work);
    await swapIn(work, target);
    return made;
  } catch (error) {
    throw inWords(error, dirname(target));
  } finally {
    // What can't be removed either shall not hide why.
    await rm(work, { recursive: true, force: true }).catch(() => {});
  }
}

/** Running stages keep the files that they have open. */
async function swapIn(work: string, target: string): Promise<void> {
  const old = await setAside(target);
  await rename(work, target);
  if (old !== null) await rm(old, { recursive: true, force: true });
}

/** True when there was something to remove; what is left of tries that failed goes as well. Failure: `file-not-written`. */
export async function remove(target: string): Promise<boolean> {
  try {
    const old = await setAside(target);
    if (old !== null) await rm(old, { recursive: true, force: true });
    if (existsSync(dirname(target))) await removeLeftovers(target);
    return (await removeDownloads(target)) || old !== null;
  } catch (error) {
    throw inWords(error, dirname(target));
  }
}

/** Where it is now; null when there is none. */
async function setAside(target: string): Promise<string | null> {
  const aside = `${target}.${process.pid}.old`;
  await rm(aside, { recursive: true, force: true });
  try {
    await rename(target, aside);
    return aside;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** What an installation of this target fetched; it stays after one that failed, for the next try. */
export const downloadsOf = (target: string): string => `${target}-downloads`;

/** Unless another process is at an installation: it may use them. True when there were some. */
export async function removeDownloads(target: string): Promise<boolean> {
  if (!existsSync(downloadsOf(target))) return false;
  const isUsed = (await worksOf(target)).some(({ pid }) => pid !== process.pid && isRunning(pid));
  if (!isUsed) await rm(downloadsOf(target), { recursive: true, force: true });
  return !isUsed;
}

/** Folders of installations that were killed. */
async function removeLeftovers(target: string): Promise<void> {
  for (const { path, pid } of await worksOf(target))
    if (!isRunning(pid)) await rm(path, { recursive: true, force: true });
}

/** The folders in which installations of a target are made, and the process that makes each. */
async function worksOf(target: string): Promise<{ path: string; pid: number }[]> {
  const names = await readdir(dirname(target));
  return names.flatMap((name) => {
    const match = /^(.+)\.(\d+)\.(?:new|old)$/.exec(name);
    return match?.[1] === basename(target)
      ? [{ path: join(dirname(target), name), pid: Number(match[2]) }]
      : [];
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Failure: `disk-full`, `file-not-written`, before anything is fetched. */
export async function checkSpace(folder: string, bytes: number, space = freeBytes): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw inWords(error, folder);
  }
  const free = await space(folder);
  if (free < bytes)
    throw new Failure(
      'disk-full',
      `${folder} has ${gigabytes(free)} of free space, the installation needs ${gigabytes(bytes)}`,
      { fix: 'free some, or choose another folder: PIPE_ENGINE_FOLDER=FOLDER' },
    );
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** A file of the user's to install from. Failure: `file-not-found`. */
export async function requireFile(path: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) throw new Error('it is a folder');
    await access(path, constants.R_OK);
  } catch {
    throw new Failure('file-not-found', `there is no readable file ${path}`);
  }
}

/** Of the system's own: a full disk is no fault of what is unpacked. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && codeOf(error) !== '';
}

function inWords(error: unknown, folder: string): unknown {
  if (!isSystemError(error)) return error;
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error)))
    return new Failure('disk-full', `the disk of ${folder} is full`, {
      fix: 'free some space, or choose another folder: PIPE_ENGINE_FOLDER=FOLDER',
    });
  return new Failure(
    'file-not-written',
    `the folder of engines, ${folder}, can't be written: ${error.message}`,
    { fix: 'make it writable, or choose another folder: PIPE_ENGINE_FOLDER=FOLDER' },
  );
}
