/** The files in an archive, one after the other. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { Failure } from '../diagnostics/diagnostic.ts';

export interface ArchivedFile {
  /** The path in the archive. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Reads a .tar or .tar.gz, told apart by its first bytes. Failure: `truncated-archive`. */
export async function* readArchive(archive: string): AsyncGenerator<ArchivedFile> {
  try {
    yield* readTar(archive, await isGzip(archive));
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

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.readUInt16BE() === 0x1f8b;
  } finally {
    await file.close();
  }
}
