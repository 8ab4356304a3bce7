/** Known files out of an archive that has an address: each is checked by its sha256 and kept by content. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from '../diagnostics/diagnostic.ts';
import { readArchive } from './archive.ts';
import { type Fetched, type FetchOptions, fetchFile, keptPath } from './fetch.ts';
import { sha256OfBytes } from './hash.ts';
import { findByHash, isUrl } from './mirrors.ts';

export interface Member {
  readonly name: string;
  readonly sha256: string;
}

/** Throws a Failure that says what is wrong in a file that isn't the expected one. */
export type Inspect = (name: string, bytes: Uint8Array) => void;

/** The members' bytes, in their order. Failure: of `fetchFile`; `truncated-archive`, `corrupted-download`. */
export async function fetchMembers(
  address: string,
  members: readonly Member[],
  inspect: Inspect,
  options: FetchOptions,
): Promise<Uint8Array[]> {
  const kept = members.map((member) => keptMember(member, options));
  if (kept.every((bytes) => bytes !== null)) return kept;
  const archive = await fetchFile(address, null, options);
  try {
    return await unpack(archive, members, inspect, options.folder);
  } finally {
    // Whole, its members are kept; damaged, it has to be fetched anew.
    if (archive.from !== 'mirror') rmSync(archive.path, { force: true });
  }
}

function keptMember({ sha256 }: Member, { folder, mirrors }: FetchOptions): Uint8Array | null {
  const own = keptPath(folder, sha256);
  const bytes = bytesOf(own);
  if (bytes && sha256OfBytes(bytes) === sha256) return bytes;
  rmSync(own, { force: true });
  for (const mirror of mirrors.filter((place) => !isUrl(place))) {
    const found = findByHash(mirror, sha256);
    const mirrored = found === null ? null : bytesOf(found);
    if (mirrored && sha256OfBytes(mirrored) === sha256) return mirrored;
  }
  return null;
}

async function unpack(
  archive: Fetched,
  members: readonly Member[],
  inspect: Inspect,
  folder: string,
): Promise<Uint8Array[]> {
  const again = archive.from === 'mirror' ? 'replace it in the mirror' : 'run again: it will be fetched anew';
  const found = new Map<string, Buffer>();
  for await (const { name, read } of readArchive(archive.path)) {
    const member = members.find((one) => one.name === name.split('/').at(-1));
    if (!member) continue;
    const bytes = await read();
    const is = sha256OfBytes(bytes);
    if (is !== member.sha256) {
      inspect(`${member.name} in ${archive.path}`, bytes);
      throw new Failure(
        'corrupted-download',
        `${member.name} in ${archive.path} has the sha256 ${is}, expected ${member.sha256}`,
        { fix: again },
      );
    }
    keep(bytes, member.sha256, folder);
    found.set(member.name, bytes);
  }
  return members.map(({ name }) => {
    const bytes = found.get(name);
    if (!bytes) throw new Failure('truncated-archive', `${archive.path} has no ${name}`, { fix: again });
    return bytes;
  });
}

function keep(bytes: Uint8Array, sha256: string, folder: string): void {
  const path = keptPath(folder, sha256);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
