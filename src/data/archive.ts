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
  /** Unpacks it: to be called before the next file is asked for. Failure: as of `readArchive`. */
  readonly read: () => Promise<Buffer>;
}

/** Reads a zip, tar or tar.gz, told apart by its first bytes. Failure: `truncated-archive`, `unsupported-archive`. */
export async function* readArchive(archive: string): AsyncGenerator<ArchivedFile> {
  try {
    const start = (await firstBytes(archive)).toString('latin1');
    const other = Object.keys(others).find((form) => start.startsWith(others[form] ?? ''));
    if (other !== undefined)
      throw unsupported(`${archive} is packed with ${other}`, 'pack it as .zip, .tar or .tar.gz');
    const files = zips.some((one) => start.startsWith(one))
      ? readZip(archive)
      : readTar(archive, start.startsWith('\x1f\x8b'));
    for await (const { name, read } of files)
      yield {
        name,
        read: () =>
          read().catch((error: unknown) => {
            throw told(archive, error);
          }),
      };
  } catch (error) {
    throw told(archive, error);
  }
}

/** What a zip has, and is no damage, in yauzl's words. */
const unread =
  /^(?:absolute path|invalid relative path|invalid characters in fileName|unsupported compression method)/;

function told(archive: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const why = error instanceof Error ? error.message : String(error);
  if (unread.test(why))
    return unsupported(
      `${archive} has what is not read: ${why}`,
      'unpack it, and pack it anew as .zip or .tar.gz',
    );
  return new Failure('truncated-archive', `${archive} can't be read to its end: ${why}`, {
    fix: 'it is damaged or cut short: replace it',
  });
}

async function* readZip(archive: string): AsyncGenerator<ArchivedFile> {
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const read = async (): Promise<Buffer> => {
        if (entry.isEncrypted())
          throw unsupported(
            `${entry.fileName} in ${archive} is encrypted`,
            'make the archive without a password',
          );
        const bytes = await buffer(await zip.openReadStreamPromise(entry));
        // Of what is not compressed nothing else would tell damage.
        if (crc32(bytes) !== entry.crc32) throw new Error(`${entry.fileName} has another checksum`);
        return bytes;
      };
      yield { name: unpackedName(entry.fileName), read };
    }
  } finally {
    zip.close();
  }
}

/** How a zip begins. The name of a tar's first file may begin with PK as well. */
const zips = ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];

/** How files of other forms begin. */
const others: { readonly [form: string]: string } = {
  bzip2: 'BZh',
  xz: '\xfd7zXZ',
  zstd: '\x28\xb5\x2f\xfd',
  '7-Zip': '7z\xbc\xaf',
  RAR: 'Rar!',
};

const unsupported = (message: string, fix: string): Failure =>
  new Failure('unsupported-archive', message, { fix });

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(6), 0, 6, 0)).buffer;
  } finally {
    await file.close();
  }
}
