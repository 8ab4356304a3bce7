/** cache/out/PIPELINE[@PROFILE]/STAGE/PORT/FILE: the newest outputs, for people and other tools. */
import {
  constants,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { FileRef, Store } from '../run/store.ts';
import { codeOf, writeAtomically } from './files.ts';
import type { Objects } from './objects.ts';
import type { Work } from './work.ts';

/** Below this, copying costs less than what a shared inode risks. */
const copyBelowBytes = 8 * 1024 * 1024;
/** Other processes may bring out the same stage at the same moment; each try either wins or clears away what won. */
const tries = 20;

interface Placed {
  /** PORT/FILE */
  readonly path: string;
  readonly ref: FileRef;
}

export function makeOutputs(folder: string, objects: Objects, work: Work): Pick<Store, 'bringOut'> {
  async function place(ref: FileRef, to: string): Promise<void> {
    mkdirSync(dirname(to), { recursive: true });
    const from = objects.path(ref);
    if (ref.size < copyBelowBytes) return copyFile(from, to, constants.COPYFILE_FICLONE);
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

  async function replace(target: string, files: readonly Placed[]): Promise<string | null> {
    const temporary = await work.make('out');
    const old = await work.make('old');
    try {
      for (const { path, ref } of files) await place(ref, join(temporary, path));
      // Before the swap: after it another process may have put its own outputs there. A rename keeps the times.
      const stamps = stampsOf(temporary, files);
      mkdirSync(dirname(target), { recursive: true });
      swap(temporary, target, old);
      return stamps;
    } finally {
      await work.remove(temporary);
      await work.remove(old);
    }
  }

  async function bringOut(
    ...[pipeline, profile, stage, ports]: Parameters<Store['bringOut']>
  ): Promise<void> {
    const parent = join(folder, profile === null ? pipeline : `${pipeline}@${profile}`);
    const target = join(parent, stage);
    const manifest = join(parent, `.${stage}.json`);
    const files = Object.entries(ports).flatMap(([port, content]) =>
      Object.entries(content.files).map(([path, ref]) => ({ path: `${port}/${path}`, ref })),
    );
    if (isThere(target, manifest, files)) return;
    try {
      rmSync(manifest, { force: true });
      writeAtomically(manifest, (await replace(target, files)) ?? '[]\n');
    } catch (error) {
      throw notWritten(stage, target, error);
    }
  }

  return { bringOut };
}

/** Puts `temporary` in `target`'s place, which goes to `old`. */
function swap(temporary: string, target: string, old: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(target, join(old, String(attempt)));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    try {
      renameSync(temporary, target);
      return;
    } catch (error) {
      if (attempt === tries || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
    }
  }
}

/** Were these files and no others brought out before, and nothing touched since? */
function isThere(target: string, manifest: string, files: readonly Placed[]): boolean {
  try {
    const present = readdirSync(target, { withFileTypes: true, recursive: true }).filter(
      (entry) => !entry.isDirectory(),
    );
    return present.length === files.length && readFileSync(manifest, 'utf8') === stampsOf(target, files);
  } catch {
    return false;
  }
}

/** What tells that a file is as it was brought out; null when one is not even of the right size. */
function stampsOf(target: string, files: readonly Placed[]): string | null {
  const stamps = files.map(({ path, ref }) => {
    const { size, mtimeMs } = statSync(join(target, path));
    return size === ref.size ? [path, ref.hash, mtimeMs] : null;
  });
  return stamps.includes(null) ? null : `${JSON.stringify(stamps)}\n`;
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
