/** Fetches an address: from a mirror where one has it, else from the network, continuing after a break. */
import { createWriteStream, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../diagnostics/diagnostic.ts';

export interface FetchOptions {
  readonly folder: string;
  readonly mirrors: readonly string[];
  readonly onBytes: (done: number, total: number | null) => void;
  readonly signal: AbortSignal;
}

const attempts = 3;

/** The path of the address's bytes, in a mirror or in `folder`. Failure: `download-failed`, naming every way out. */
export async function fetchFile(address: string, options: FetchOptions): Promise<string> {
  const tails = tailsOf(address);
  for (const mirror of options.mirrors.filter((place) => !isUrl(place))) {
    const found = findTail(mirror, tails);
    if (found) return found;
  }
  const name = tails.at(-1) ?? 'download';
  const target = join(options.folder, name);
  if (existsSync(target)) return target;
  const mirrored = options.mirrors
    .filter(isUrl)
    .flatMap((mirror) => tails.map((tail) => `${mirror.replace(/\/$/, '')}/${tail}`));
  let why = '';
  for (const url of [...mirrored, address]) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const failed = await download(url, target, options);
      if (failed === null) return target;
      why = failed.why;
      if (failed.final) break;
    }
  }
  throw new Failure('download-failed', `${address} could not be fetched: ${why}`, {
    fix: 'set PIPE_MIRROR to a folder or URL that has the file, or try the pipeline offline with --profile quick',
  });
}

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/** `a/b/c.gz` → `a/b/c.gz`, `b/c.gz`, `c.gz`: the longest match is the surest. */
function tailsOf(address: string): string[] {
  const steps = new URL(address).pathname.split('/').filter((step) => step !== '');
  return steps.map((_, i) => steps.slice(i).join('/'));
}

function findTail(folder: string, tails: readonly string[], depth = 3): string | null {
  for (const tail of tails) if (existsSync(join(folder, tail))) return join(folder, tail);
  if (depth === 0) return null;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const found = entry.isDirectory() ? findTail(join(folder, entry.name), tails, depth - 1) : null;
      if (found) return found;
    }
  } catch {
    // A mirror that isn't there has nothing.
  }
  return null;
}

/** Null when `target` is there whole; bytes of a broken attempt stay in `.part` and are continued. */
async function download(
  url: string,
  target: string,
  options: FetchOptions,
): Promise<{ why: string; final: boolean } | null> {
  const part = `${target}.part`;
  const have = existsSync(part) ? statSync(part).size : 0;
  try {
    const response = await fetch(url, {
      signal: options.signal,
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
    });
    if (response.status === 416) rmSync(part, { force: true });
    if (!response.ok || !response.body)
      return {
        why: `${url} answered ${response.status}`,
        final: response.status < 500 && response.status !== 416,
      };
    const continued = response.status === 206;
    const length = response.headers.get('content-length');
    let done = continued ? have : 0;
    const total = length === null ? null : Number(length) + done;
    const counted = Readable.fromWeb(response.body).on('data', (chunk: Buffer) => {
      done += chunk.length;
      options.onBytes(done, total);
    });
    await pipeline(counted, createWriteStream(part, { flags: continued ? 'a' : 'w' }));
    renameSync(part, target);
    return null;
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error
        ? error.cause.message
        : error instanceof Error
          ? error.message
          : String(error);
    return { why: cause, final: false };
  }
}
