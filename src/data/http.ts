/** One file over HTTP, continued after a break where the server can prove that the file is still the same. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { get as getSecurely } from 'node:https';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownerIn, ownerName, stateOf } from '../cache/owner.ts';

export interface HttpOptions {
  readonly onBytes: (done: number, total: number | null) => void;
  readonly signal: AbortSignal;
}

export type Downloaded =
  | { readonly type: 'done' }
  /** The server says that it has no such file. */
  | { readonly type: 'absent'; readonly why: string }
  | { readonly type: 'failed'; readonly why: string };

/** Tries that bring nothing, one after the other, before it is given up; before the first byte came, fewer. */
const fruitlessTries = { started: 5, fresh: 2 };
const firstWaitMs = 250;
/** A connection that is silent for so long is taken for broken. */
const silenceMs = 30_000;

/**
 * Downloads `url` to `file`, which appears only when it is whole. What a broken try has got is kept beside it, and
 * continued by this or a later process. Throws only when `signal` aborts.
 */
export async function downloadTo(file: string, url: string, options: HttpOptions): Promise<Downloaded> {
  const part = claimPart(file, url);
  let fruitless = 0;
  let started = false;
  for (;;) {
    const before = sizeOf(part.data);
    const tried = await attempt(part, url, options);
    if (tried.type === 'done') {
      renameSync(part.data, file);
      rmSync(part.note, { force: true });
    }
    if (tried.type !== 'retry') return tried;
    options.signal.throwIfAborted();
    const gained = sizeOf(part.data) > before;
    started ||= gained;
    fruitless = gained ? 0 : fruitless + 1;
    if (fruitless >= fruitlessTries[started ? 'started' : 'fresh']) return { type: 'failed', why: tried.why };
    await sleep(firstWaitMs * 2 ** fruitless, undefined, { signal: options.signal });
  }
}

interface Part {
  readonly data: string;
  /** What `data` is a part of. */
  readonly note: string;
}

interface Note {
  readonly url: string;
  /** What If-Range takes: a strong ETag, else Last-Modified. */
  readonly validator: string | null;
}

/** A part file of this process alone: one that a dead process left is taken over, by a rename that only one can win. */
function claimPart(file: string, url: string): Part {
  const folder = dirname(file);
  const start = `${basename(file)}.`;
  const own = partNamed(folder, `${start}${ownerName()}`);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(start) || !name.endsWith('.part')) continue;
    const owner = ownerIn(name.slice(start.length));
    const left = partNamed(folder, name.slice(0, -'.part'.length));
    if (!owner || stateOf(owner) !== 'dead' || readNote(left)?.url !== url) continue;
    try {
      renameSync(left.data, own.data);
      renameSync(left.note, own.note);
      break;
    } catch {
      // Another process was faster.
    }
  }
  return own;
}

const partNamed = (folder: string, name: string): Part => ({
  data: join(folder, `${name}.part`),
  note: join(folder, `${name}.json`),
});

type Tried = Downloaded | Retry;
interface Retry {
  readonly type: 'retry';
  readonly why: string;
  /** What is here is no part of what the server has. */
  readonly afresh?: boolean;
}
interface Body {
  readonly type: 'body';
  readonly body: IncomingMessage;
  readonly from: number;
  readonly total: number | null;
}

async function attempt(part: Part, url: string, options: HttpOptions): Promise<Tried> {
  const note = readNote(part);
  const validator = note?.url === url ? note.validator : null;
  const have = validator === null ? 0 : sizeOf(part.data);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const headers = {
      // What is packed on the way would have another sha256.
      'accept-encoding': 'identity',
      'user-agent': 'pipe',
      ...(have > 0 ? { range: `bytes=${have}-`, 'if-range': validator ?? '' } : {}),
    };
    const response = await ask(new URL(url), headers, AbortSignal.any([options.signal, silence.signal]));
    const answer = interpret(response, have, validator);
    if (answer.type === 'body') {
      if (answer.from === 0) writeNote(part, { url, validator: validatorOf(response) });
      return await receive(answer, part, (done) => {
        timer.refresh();
        options.onBytes(done, answer.total);
      });
    }
    response.destroy();
    if (answer.type === 'retry' && answer.afresh) rmSync(part.data, { force: true });
    return answer;
  } catch (error) {
    const why = silence.signal.aborted ? `nothing came for ${silenceMs / 1000} s` : reasonOf(error);
    return { type: 'retry', why };
  } finally {
    clearTimeout(timer);
  }
}

const redirections: readonly unknown[] = [301, 302, 303, 307, 308];
const mostRedirections = 10;

/**
 * The answer, its body as it was sent: fetch would unpack a `.tar.gz` whose server calls the packing a Content-Encoding, and
 * its sha256 and length would be of something else.
 */
async function ask(
  url: URL,
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
  redirected = 0,
): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = url.protocol === 'https:' ? getSecurely : get;
    send(url, { headers, signal }, resolve).on('error', reject);
  });
  const { location } = response.headers;
  if (location === undefined || !redirections.includes(response.statusCode)) return response;
  response.destroy();
  if (redirected === mostRedirections) throw new Error(`it redirected ${mostRedirections} times`);
  return ask(new URL(location, url), headers, signal, redirected + 1);
}

/** What the answer means (RFC 9110, sections 14 and 15) when `have` bytes are here already. */
function interpret(response: IncomingMessage, have: number, validator: string | null): Tried | Body {
  const { statusCode: status = 0, headers } = response;
  const [, from, length] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  const total = (text: string | undefined): number | null => (/^\d+$/.test(text ?? '') ? Number(text) : null);
  if (status === 416 && total(length) === have) return { type: 'done' };
  if (status === 416) return { type: 'retry', why: `it has no bytes from ${have} on`, afresh: true };
  if (status === 206 && (Number(from) !== have || (validatorOf(response) ?? validator) !== validator))
    return { type: 'retry', why: `it continued something else than what was begun`, afresh: true };
  if (status === 206) return { type: 'body', body: response, from: have, total: total(length) };
  if (status === 200)
    return { type: 'body', body: response, from: 0, total: total(headers['content-length']) };
  const why = `it answered ${status}`;
  // A server that is overloaded or out of order may be well again at the next try.
  if (status >= 500 || status === 429 || status === 408) return { type: 'retry', why };
  return { type: 'absent', why };
}

async function receive(
  { body, from, total }: Body,
  part: Part,
  onBytes: (done: number) => void,
): Promise<Tried> {
  let done = from;
  const file = await open(part.data, from > 0 ? 'a' : 'w');
  try {
    for await (const chunk of body) {
      await file.write(chunk);
      done += chunk.length;
      onBytes(done);
    }
  } finally {
    await file.close();
  }
  if (total === null || done === total) return { type: 'done' };
  return { type: 'retry', why: `it ended after ${done} of ${total} bytes` };
}

/** A weak ETag names equal meanings, not equal bytes: nothing can be continued by it. */
function validatorOf({ headers: { etag, 'last-modified': modified } }: IncomingMessage): string | null {
  return etag !== undefined && !etag.startsWith('W/') ? etag : (modified ?? null);
}

function readNote(part: Part): Note | null {
  try {
    const note: unknown = JSON.parse(readFileSync(part.note, 'utf8'));
    if (typeof note !== 'object' || note === null || !('url' in note) || !('validator' in note)) return null;
    const { url, validator } = note;
    if (typeof url !== 'string' || (typeof validator !== 'string' && validator !== null)) return null;
    return { url, validator };
  } catch {
    return null;
  }
}

const writeNote = (part: Part, note: Note): void => writeFileSync(part.note, JSON.stringify(note));

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function reasonOf(error: unknown): string {
  // Of a host that has several addresses, each of them tried.
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message === 'aborted' ? 'the connection broke off' : error.message;
}
