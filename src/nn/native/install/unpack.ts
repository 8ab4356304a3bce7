/** Takes out of a wheel what the addon needs of it, each file checked against the wheel's own list. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { Failure } from '../../../diagnostics/diagnostic.ts';
import { isSystemError } from '../../install/place.ts';

/** TensorFlow's libraries and NVIDIA's, with their folders: the former look for the latter relative to themselves. */
const library =
  /^(?:tensorflow\/libtensorflow_(?:cc|framework)(?:\.so\.2|\.2\.dylib)|nvidia\/[^/]+\/(?:lib|nvvm\/libdevice|bin)\/[^/]+)$/;
/** All that binding/*.cc includes, over the versions 2.12 to 2.21. */
const header =
  /^tensorflow\/include\/(?:tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|(?:tensorflow\/|xla\/)?tsl\/(?:c|platform)\/)[^:]*\.h$/;

/** The paths of the libraries in `folder`; headers are put into its `include`. Failure: `wheel-unusable`. */
export async function unpackWheel(wheel: string, folder: string, signal: AbortSignal): Promise<string[]> {
  const libraries: string[] = [];
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(wheel, { autoClose: false });
    const entries = await listEntries(zip);
    const hashes = parseRecord(await readText(zip, findRecord(entries)));
    for (const entry of entries) {
      const name = entry.fileName;
      if (library.test(name)) {
        await extract(zip, entry, join(folder, name), hashes, signal);
        libraries.push(name);
      } else if (header.test(name)) {
        await extract(zip, entry, join(folder, name.replace(/^tensorflow\//, '')), hashes, signal);
      }
    }
  } catch (error) {
    if (signal.aborted || error instanceof Failure || isSystemError(error)) throw error;
    throw unusable(wheel, error instanceof Error ? error.message : String(error));
  } finally {
    zip?.close();
  }
  if (libraries.length === 0) throw unusable(wheel, 'it holds no library that this system can load');
  return libraries;
}

async function listEntries(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

/** https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file */
function findRecord(entries: readonly Entry[]): Entry {
  const record = entries.find(({ fileName }) => /^[^/]+\.dist-info\/RECORD$/.test(fileName));
  if (!record) throw new Error('it has no RECORD');
  return record;
}

/** Path → sha256 in base64url without padding. */
function parseRecord(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => /^"?(.*?)"?,sha256=([\w-]+),\d*$/.exec(line.trim()));
  return new Map(lines.flatMap((match) => (match?.[1] && match[2] ? [[match[1], match[2]]] : [])));
}

async function readText(zip: ZipFile, entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  const stream: Readable = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

async function extract(
  zip: ZipFile,
  entry: Entry,
  path: string,
  hashes: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const stream: Readable = await zip.openReadStreamPromise(entry);
  stream.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline(stream, createWriteStream(path, { mode: isProgram(path) ? 0o755 : 0o644 }), { signal });
  if (hash.digest('base64url') !== hashes.get(entry.fileName))
    throw new Error(`${entry.fileName} is not the file that its RECORD lists`);
}

/** NVIDIA's ptxas. */
const isProgram = (path: string): boolean => dirname(path).endsWith('bin');

function unusable(wheel: string, why: string): Failure {
  return new Failure('wheel-unusable', `${wheel} can't be used: ${why}`, {
    fix: 'take a wheel of tensorflow-cpu for this system, or let `pipe engine install native` fetch one',
  });
}
