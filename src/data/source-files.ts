/** The files of a user's dataset, wherever they lie: in a folder, an archive, or an archive at an address. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { type ArchivedFile, readArchive } from './archive.ts';
import { type FetchOptions, fetchFile, keptPath } from './fetch.ts';
import { filesUnder } from './folder-files.ts';
import { sha256Of } from './hash.ts';
import { isUrl } from './mirrors.ts';

export interface Place {
  /** A path of the project, or a URL. */
  readonly from: string;
  readonly sha256?: string | undefined;
  /** How a file says this sha256 of it: `sha256: …` where nothing else is said. */
  readonly written?: (sha256: string) => string;
}

export interface SourceFile extends ArchivedFile {
  /** Null for what an archive holds. */
  readonly path: string | null;
}

/** The path of one file or folder. Failure: `file-not-found`, `missing-sha256`, and those of `fetchFile`. */
export async function locate(place: Place, root: string, options: FetchOptions): Promise<string> {
  const { from, sha256 } = place;
  if (isUrl(from)) return fetched(place, options);
  const path = resolve(root, from);
  if (!existsSync(path))
    throw new Failure('file-not-found', `the dataset's \`${from}\` is not there`, {
      fix: `paths are taken from the project's folder, ${root}`,
    });
  if (sha256 === undefined) return path;
  if (statSync(path).isDirectory())
    throw new Failure('corrupted-download', `${from} is a folder, which has no sha256`, {
      fix: 'remove `sha256`: a folder of the project counts by its content anyway',
    });
  const is = await sha256Of(path);
  if (is === sha256) return path;
  throw new Failure('corrupted-download', `${from} has the sha256 ${is}, expected ${sha256}`, {
    fix: 'replace the file, or mend the sha256',
  });
}

/** Without a sha256 an address could give other bytes tomorrow: its first download tells what to write. */
async function fetched({ from: address, sha256, written }: Place, options: FetchOptions): Promise<string> {
  const { path, from } = await fetchFile(address, sha256 ?? null, options);
  if (sha256 !== undefined) return path;
  const is = await sha256Of(path);
  // Once the sha256 is written down, it need not be fetched again.
  if (from === 'network') renameSync(path, keptPath(options.folder, is));
  throw new Failure('missing-sha256', `${address} needs a sha256, so that its bytes are always the same`, {
    fix: `if this is the file you mean, write ${written?.(is) ?? `sha256: ${is}`}`,
  });
}

/** All files in a folder or archive, by their paths in it with forward slashes; where an archive has one twice, the last counts. */
export async function* filesIn(path: string): AsyncGenerator<SourceFile> {
  if (statSync(path).isDirectory())
    for (const { path: name, at } of filesUnder(path)) yield { name, path: at, read: () => readFile(at) };
  else for await (const file of readArchive(path)) yield { ...file, path: null };
}
