/** Members of a .tar.gz, each checked by its sha256 and kept by content. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { Failure } from '../diagnostics/diagnostic.ts';

export type Members = readonly (readonly [name: string, sha256: string])[];

/** The members' paths in `folder`, or null when one isn't there yet. */
export function keptMembers(members: Members, folder: string): string[] | null {
  const paths = members.map(([, sha256]) => join(folder, `sha256-${sha256}`));
  return paths.every(existsSync) ? paths : null;
}

/** Failure: `truncated-archive`, `corrupted-download`, each with the archive's path. */
export async function unpackMembers(archive: string, members: Members, folder: string): Promise<string[]> {
  const wanted = new Map(members);
  const found = new Set<string>();
  mkdirSync(folder, { recursive: true });
  try {
    const entries = extract();
    const reading = pipeline(createReadStream(archive), createGunzip(), entries);
    reading.catch(() => {});
    for await (const entry of entries) {
      const name = entry.header.name.split('/').at(-1) ?? '';
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array));
      const sha256 = wanted.get(name);
      if (sha256 === undefined) continue;
      keep(Buffer.concat(chunks), name, sha256, archive, folder);
      found.add(name);
    }
    await reading;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('truncated-archive', `${archive} can't be read to its end: ${why}`, {
      fix: 'delete it and run again: it will be fetched anew',
    });
  }
  const missing = members.find(([name]) => !found.has(name));
  if (missing)
    throw new Failure('truncated-archive', `${archive} has no ${missing[0]}`, {
      fix: 'delete it and run again: it will be fetched anew',
    });
  return members.map(([, sha256]) => join(folder, `sha256-${sha256}`));
}

function keep(bytes: Buffer, name: string, sha256: string, archive: string, folder: string): void {
  const is = createHash('sha256').update(bytes).digest('hex');
  if (is !== sha256) {
    throw new Failure(
      'corrupted-download',
      `${name} in ${archive} has the sha256 ${is.slice(0, 12)}…, expected ${sha256.slice(0, 12)}…`,
      { fix: 'delete the archive and run again: it will be fetched anew' },
    );
  }
  const path = join(folder, `sha256-${sha256}`);
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

export const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
