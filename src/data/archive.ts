/** The files in an archive, one after the other. */
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { openPromise } from 'yauzl';
import { Failure } from '../diagnostics/diagnostic.ts';
import { readTar, unpackedName } from './tar.ts';

export interface ArchivedFile {
  /** The path in the archive, with forward slashes and none in front. */
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

async function* readZip(archive: string): AsyncGenerator<ArchivedFile> {
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      if (entry.isEncrypted())
        throw new Failure('truncated-archive', `${entry.fileName} in ${archive} is encrypted`, {
          fix: 'make the archive without a password',
        });
      const bytes = await buffer(await zip.openReadStreamPromise(entry));
      // Of what is not compressed nothing else would tell damage.
      if (crc32(bytes) !== entry.crc32) throw new Error(`${entry.fileName} has another checksum`);
      yield { name: unpackedName(entry.fileName), bytes };
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
