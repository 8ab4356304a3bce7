/** Makes a folder whole beside its place, then puts it there: a half-done installation is never where one is looked for. */
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../../diagnostics/diagnostic.ts';

/** What every installation needs. */
export interface InstallOptions {
  /** Where engines are kept. */
  readonly folder: string;
  readonly onStep: (text: string) => void;
  readonly onBytes: (done: number, total: number | null) => void;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs `make` on an empty folder, then swaps it in. Whatever was there stays until the new one is whole. */
export async function makeInPlace<T>(target: string, make: (work: string) => Promise<T>): Promise<T> {
  const work = `${target}.${process.pid}.new`;
  try {
    await mkdir(work, { recursive: true });
    await removeLeftovers(target);
    const made = await make(work);
    await swapIn(work, target);
    return made;
  } catch (error) {
    throw isDiskFull(error) ? diskFull(target) : error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Running stages keep the files that they have open. */
async function swapIn(work: string, target: string): Promise<void> {
  const old = `${target}.${process.pid}.old`;
  const had = await rename(target, old).then(
    () => true,
    () => false,
  );
  await rename(work, target);
  if (had) await rm(old, { recursive: true, force: true });
}

/** True when there was something to remove. */
export async function remove(target: string): Promise<boolean> {
  const leaving = `${target}.${process.pid}.old`;
  try {
    await rename(target, leaving);
  } catch {
    return false;
  }
  await rm(leaving, { recursive: true, force: true });
  await removeLeftovers(target);
  return true;
}

/** Folders of installations that were killed. */
async function removeLeftovers(target: string): Promise<void> {
  for (const name of await readdir(dirname(target))) {
    const match = /^(.+)\.(\d+)\.(?:new|old)$/.exec(name);
    if (match?.[1] === basename(target) && !isRunning(Number(match[2])))
      await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Failure: `disk-full`, before anything is written. */
export async function checkSpace(folder: string, bytes: number, space = freeBytes): Promise<void> {
  await mkdir(folder, { recursive: true });
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

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function diskFull(target: string): Failure {
  return new Failure('disk-full', `the disk of ${dirname(target)} is full`, {
    fix: 'free some space, or choose another folder: PIPE_ENGINE_FOLDER=FOLDER',
  });
}
