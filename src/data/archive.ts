/** The files in an archive, one after the other. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { openPromise } from 'yauzl';
import { Failure } from '../diagnostics/diagnostic.ts';

export interface ArchivedFile {
  /** The path in the archive. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Reads a zip, tar or tar.gz, told apart by its first bytes. Failure: `truncated-archive`. */
export async function* readArchive(archive: string): AsyncGenerator<ArchivedFile> {
  try {
    const start = await firstBytes(archive);
    if (start.subarray(0, 2).equals(zipStart)) yield* readZip(archive);
    else yield* readTar(archive, start.equals(gzipStart));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('truncated-archive', `${archive} can't be read to its end: ${why}`, {
      fix: 'it is damaged or cut short: replace it',
    });
  }
}

async function* readTar(archive: string, zipped: boolean): AsyncGenerator<ArchivedFile> {
  const entries = extract();
  const source = createReadStream(archive, { highWaterMark: 1 << 20 });
  const reading = zipped
    ? pipeline(source, createGunzip({ chunkSize: 1 << 20 }), entries)
    : pipeline(source, entries);
  // What goes wrong there is told by the entries, or at the end.
  reading.catch(() => {});
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array));
    if (entry.header.type === 'file') yield { name: entry.header.name, bytes: Buffer.concat(chunks) };
  }
  await reading;
}

async function* readZip(archive: string): AsyncGenerator<ArchivedFile> {
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      yield { name: entry.fileName, bytes: await buffer(await zip.openReadStreamPromise(entry)) };
    }
  } finally {
    zip.close();
  }
}

/** `PK`, as each record of a zip begins. */
const zipStart = Buffer.from('PK');
const gzipStart = Buffer.from([0x1f, 0x8b]);

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(2), 0, 2, 0)).buffer;
  } finally {
    await file.close();
  }
}
