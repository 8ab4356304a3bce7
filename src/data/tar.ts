/** The files in a tar, one after the other. A link counts as what it leads to, as it does in a folder. */
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { ArchivedFile } from './archive.ts';

export async function* readTar(archive: string, zipped: boolean): AsyncGenerator<ArchivedFile> {
  const links = new Map<string, string>();
  for await (const { header, read } of entriesOf(archive, zipped)) {
    const name = unpackedName(header.name);
    if (header.type === 'link' || header.type === 'symlink') links.set(name, targetOf(name, header));
    else if (header.type === 'file') {
      // Unpacking would put it in the place of an earlier link.
      links.delete(name);
      yield { name, read };
    }
  }
  if (links.size > 0) yield* readLinked(archive, zipped, links);
}

/** What links lead to may come before them or after: the archive is read once more. */
async function* readLinked(
  archive: string,
  zipped: boolean,
  links: ReadonlyMap<string, string>,
): AsyncGenerator<ArchivedFile> {
  const byTarget = new Map<string, string[]>();
  for (const [link, target] of links) byTarget.set(target, [...(byTarget.get(target) ?? []), link]);
  const leading = new Set<string>();
  for await (const { header, read } of entriesOf(archive, zipped)) {
    if (header.type !== 'file') continue;
    for (const { name, by } of otherNames(unpackedName(header.name), byTarget)) {
      for (const link of by) leading.add(link);
      yield { name, read };
    }
  }
  // One that leads out of the archive is a file that can't be read, if it is taken for one.
  for (const name of links.keys()) if (!leading.has(name)) yield { name, read: async () => Buffer.alloc(0) };
}

interface OtherName {
  readonly name: string;
  /** The links that it goes through: each once, so that none is followed for ever. */
  readonly by: readonly string[];
}

/** What a file is called by links to it, or to a folder that it lies in. */
function otherNames(file: string, byTarget: ReadonlyMap<string, readonly string[]>): OtherName[] {
  const names: OtherName[] = [{ name: file, by: [] }];
  for (const { name, by } of names) {
    const steps = name.split('/');
    for (let depth = steps.length; depth > 0; depth--) {
      const target = steps.slice(0, depth).join('/');
      // A link to a folder that it lies in leads nowhere.
      for (const link of byTarget.get(target) ?? [])
        if (!by.includes(link) && !link.startsWith(`${target}/`))
          names.push({ name: link + name.slice(target.length), by: [...by, link] });
    }
  }
  return names.slice(1);
}

/** A hard link is named from the archive's top, a symbolic one from its own folder. */
function targetOf(name: string, { type, linkname }: Header): string {
  const from = type === 'link' ? '' : posix.dirname(name);
  return unpackedName(posix.join(from, linkname ?? ''));
}

/** Of an archive's file as whoever unpacks it calls it: from the folder on where it is unpacked. */
export const unpackedName = (name: string): string => name.replace(/^(?:\.?\/)+/, '');

interface Entry extends Pick<ArchivedFile, 'read'> {
  readonly header: Header;
}

async function* entriesOf(archive: string, zipped: boolean): AsyncGenerator<Entry> {
  const entries = extract();
  const source = createReadStream(archive, { highWaterMark: 1 << 20 });
  const reading = zipped
    ? pipeline(source, createGunzip({ chunkSize: 1 << 20 }), entries)
    : pipeline(source, entries);
  // What goes wrong there is told by the entries, or at the end.
  reading.catch(() => {});
  for await (const entry of entries) {
    let bytes: Promise<Buffer> | undefined;
    yield { header: entry.header, read: () => (bytes ??= buffer(entry)) };
    // The next comes when this has been read, by whomever.
    if (bytes) await bytes;
    else entry.resume();
  }
  await reading;
}
