/** What lies in a folder, however deep. A link counts as what it leads to, for whoever reads and for whoever compares. */
import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';

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
    const found = entry.isSymbolicLink() ? targetOf(at) : entry;
    const isFolder = found?.isDirectory() === true;
    if (passes(at, isFolder)) continue;
    checkName(entry.name, at);
    if (isFolder) yield* walk(at, `${path}/`, passes, [...around, real]);
    else if (!found || found.isFile()) yield { path, at, isThere: found !== undefined };
  }
}

/** Of a link; undefined for one that leads nowhere, or to itself. */
function targetOf(link: string): Stats | undefined {
  try {
    return statSync(link, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}

/** Node reads a name that is no UTF-8 with a replacement character, under which there is no file. */
function checkName(name: string, at: string): void {
  if (!name.includes('\ufffd') || statSync(at, { throwIfNoEntry: false })) return;
  throw new Failure('missing-input', `the name of ${at} is not UTF-8: it can't be opened by it`, {
    fix: 'rename it, such as with `convmv`',
  });
}
