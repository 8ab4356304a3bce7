/** cache/out/PIPELINE[@PROFILE]/STAGE/PORT/FILE: the newest outputs, for people and other tools. */
import { constants, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileRef, Store } from '../run/store.ts';
import { temporaryName, writeAtomically } from './files.ts';
import type { Objects } from './objects.ts';

/** Below this, copying costs less than what a shared inode risks. */
const copyBelowBytes = 8 * 1024 * 1024;

export function makeOutputs(folder: string, objects: Objects): Pick<Store, 'bringOut'> {
  async function place(ref: FileRef, to: string): Promise<void> {
    mkdirSync(dirname(to), { recursive: true });
    const from = objects.path(ref);
    if (ref.size < copyBelowBytes) return copyFile(from, to, constants.COPYFILE_FICLONE);
    const cloned = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(() => true, () => false);
    if (cloned) return;
    try {
      linkSync(from, to);
    } catch {
      await copyFile(from, to);
    }
  }

  async function bringOut(...[pipeline, profile, stage, ports]: Parameters<Store['bringOut']>): Promise<void> {
    const target = join(folder, profile === null ? pipeline : `${pipeline}@${profile}`, stage);
    const files = Object.entries(ports).flatMap(([port, content]) => Object.entries(content.files).map(([path, ref]) => ({ path: join(port, path), ref })));
    const manifest = `${target}.json`;
    if (isThere(target, manifest, files)) return;
    const temporary = temporaryName(target);
    for (const { path, ref } of files) await place(ref, join(temporary, path));
    const old = temporaryName(`${target}.old`);
    rmSync(manifest, { force: true });
    try {
      renameSync(target, old);
    } catch {
      // There was none.
    }
    renameSync(temporary, target);
    rmSync(old, { recursive: true, force: true });
    const stamps = files.map(({ path, ref }) => [path, ref.hash, statSync(join(target, path)).mtimeMs]);
    writeAtomically(manifest, `${JSON.stringify(stamps)}\n`);
  }

  return { bringOut };
}

/** Were these bytes brought out before, and nothing touched since? */
function isThere(target: string, manifest: string, files: readonly { path: string; ref: FileRef }[]): boolean {
  try {
    const stamps = files.map(({ path, ref }) => {
      const found = statSync(join(target, path));
      return found.size === ref.size ? [path, ref.hash, found.mtimeMs] : null;
    });
    return readFileSync(manifest, 'utf8') === `${JSON.stringify(stamps)}\n`;
  } catch {
    return false;
  }
}
