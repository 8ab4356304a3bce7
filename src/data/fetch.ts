/** The bytes of an address: kept by content, else from a mirror, else from the network. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { sha256Of } from './hash.ts';
import { downloadTo } from './http.ts';
import { findByHash, findByTail, isUrl, mirroredUrls, shownUrl, tailsOf } from './mirrors.ts';

export interface FetchOptions {
  /** Where downloads are kept: by content, as `sha256-…`. */
  readonly folder: string;
  readonly mirrors: readonly string[];
  readonly onBytes: (done: number, total: number | null) => void;
  /** Hears of what a mirror has under the name that is looked for, with other bytes. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Fetched {
  readonly path: string;
  /** A mirror's file is the user's; what lies in our folder may be removed. */
  readonly from: 'kept' | 'mirror' | 'network';
}

/** Systems have names of 255 bytes, and ends of it are added. */
const mostOfName = 100;

export const keptPath = (folder: string, sha256: string): string => join(folder, `sha256-${sha256}`);

/** The kept file of this content, or null; one that was damaged since is removed. */
export async function keptFile(folder: string, sha256: string): Promise<string | null> {
  const path = keptPath(folder, sha256);
  if (!existsSync(path)) return null;
  if ((await sha256Of(path)) === sha256) return path;
  rmSync(path, { force: true });
  return null;
}

/**
 * The file that `address` names; where `sha256` is null, whoever asks has to check what is in it. Failure:
 * `download-failed`, naming every way out; `corrupted-download` for bytes of another sha256.
 */
export async function fetchFile(
  address: string,
  sha256: string | null,
  options: FetchOptions,
): Promise<Fetched> {
  if (!URL.canParse(address))
    throw new Failure('download-failed', `${address} is no address`, {
      fix: 'write it as in https://example.org/images.zip',
    });
  mkdirSync(options.folder, { recursive: true });
  const kept = sha256 === null ? null : await keptFile(options.folder, sha256);
  if (kept !== null) return { path: kept, from: 'kept' };
  const passedOver: string[] = [];
  for (const mirror of options.mirrors.filter((place) => !isUrl(place))) {
    const named = [findByTail(mirror, address), sha256 === null ? null : findByHash(mirror, sha256)];
    for (const found of named.filter((path) => path !== null)) {
      const wrong = await wrongHash(found, sha256);
      if (wrong === null) return { path: found, from: 'mirror' };
      passOver(passedOver, `the mirror's ${found} ${wrong}`, options);
    }
  }
  return { path: await fromNetwork(address, sha256, passedOver, options), from: 'network' };
}

/** Two files may have the same name, and the network may have the one that is meant. */
function passOver(passedOver: string[], why: string, { log }: FetchOptions): void {
  passedOver.push(why);
  log(`passed over: ${why}`);
}

async function fromNetwork(
  address: string,
  sha256: string | null,
  passedOver: string[],
  options: FetchOptions,
): Promise<string> {
  // Two addresses may end in the same name.
  const key = createHash('sha256').update(address).digest('hex').slice(0, 8);
  const name = (tailsOf(address).at(-1) ?? 'download').replace(/[^\w.-]+/g, '_');
  const file = join(options.folder, `${key}-${name.slice(-mostOfName)}`);
  const why: string[] = [];
  const mirrors = options.mirrors.filter(isUrl);
  for (const url of [...mirrors.flatMap((mirror) => mirroredUrls(mirror, address, sha256)), address]) {
    const got = await downloadTo(file, url, options);
    if (got.type === 'done') {
      const kept = await keep(file, sha256, options.folder);
      if (kept.path !== null) return kept.path;
      if (url === address) throw corrupted(`${shownUrl(url)} ${kept.wrong}`);
      passOver(passedOver, `the mirror's ${shownUrl(url)} ${kept.wrong}`, options);
    } else if (url === address) why.push(got.why);
    else if (got.type === 'failed') why.push(`the mirror ${shownUrl(url)}: ${got.why}`);
  }
  if (passedOver.length > 0)
    throw corrupted(
      `${passedOver.join('; ')}, and ${shownUrl(address)} could not be fetched: ${why.join('; ')}`,
    );
  if (options.mirrors.length > 0)
    why.push(`PIPE_MIRROR (${options.mirrors.map(shownUrl).join(', ')}) does not have it`);
  throw new Failure('download-failed', `${shownUrl(address)} could not be fetched: ${why.join('; ')}`, {
    fix: 'set PIPE_MIRROR to a folder or URL that has the file, or run offline with `--profile quick` where the pipeline has it',
  });
}

type Kept = { readonly path: string } | { readonly path: null; readonly wrong: string };

async function keep(file: string, sha256: string | null, folder: string): Promise<Kept> {
  if (sha256 === null) return { path: file };
  let wrong: string | null;
  try {
    wrong = await wrongHash(file, sha256);
    if (wrong === null) renameSync(file, keptPath(folder, sha256));
  } catch (error) {
    // Another process that fetched the same at the same time may have kept it in the meantime.
    const kept = await keptFile(folder, sha256);
    if (kept !== null) return { path: kept };
    rmSync(file, { force: true });
    throw error;
  }
  if (wrong === null) return { path: keptPath(folder, sha256) };
  rmSync(file, { force: true });
  return { path: null, wrong };
}

/** How the file differs from what is expected, or null. */
async function wrongHash(file: string, sha256: string | null): Promise<string | null> {
  const is = sha256 === null ? null : await sha256Of(file);
  return is === sha256 ? null : `has the sha256 ${is}, expected ${sha256}`;
}

const corrupted = (message: string): Failure =>
  new Failure('corrupted-download', message, {
    fix: 'replace the file where it comes from, or mend the sha256',
  });
