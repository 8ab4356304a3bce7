/** What lies in a folder, however deep. A link counts as what it leads to, for whoever reads and for whoever compares. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FolderFile {
  /** From the folder on, with forward slashes. */
  readonly path: string;
  /** Where it can be read. */
  readonly at: string;
  /** False for a link that leads nowhere. */
  readonly isThere: boolean;
}

/** Does it pass over what lies `at` a place? */
type Passes = (at: string, isFolder: boolean) => boolean;

export function filesUnder(folder: string, passes: Passes = () => false): Generator<FolderFile> {
  return walk(folder, '', passes, []);
}

/** `around` are the folders that it lies in, so that a link to one of them leads nowhere. */
function* walk(
  folder: string,
  start: string,
  passes: Passes,
  around: readonly string[],
): Generator<FolderFile> {
  const real = realpathSync(folder);
  if (around.includes(real)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = join(folder, entry.name);
    const path = start + entry.name;
    const found = entry.isSymbolicLink() ? statSync(at, { throwIfNoEntry: false }) : entry;
    const isFolder = found?.isDirectory() === true;
    if (passes(at, isFolder)) continue;
    if (isFolder) yield* walk(at, `${path}/`, passes, [...around, real]);
    else if (!found || found.isFile()) yield { path, at, isThere: found !== undefined };
  }
}
