/**
 * What the file system says of everything that the results of a finished run stand on: its entries in the index, the
 * objects, and what was brought out. While none of it changes, neither does what was found of it.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence, Stamp, Store } from '../run/store.ts';
import type { Entries } from './entries.ts';
import type { Objects } from './objects.ts';
import { outputFolder, type Placed, pathsIn, placedOf } from './outputs.ts';
import { type StatCache, stampOf } from './stat-cache.ts';

export function makeEvidence(
  folder: string,
  entries: Pick<Entries, 'path'>,
  objects: Pick<Objects, 'path'>,
  stats: Pick<StatCache, 'stamp'>,
): Store['evidence'] {
  /** Stamps of what was hashed: whatever was changed since then does not count as it is now. */
  function gather(...[pipeline, profile, results]: Parameters<Store['evidence']['gather']>): Evidence | null {
    const stamps = new Map<string, Stamp>();
    const add = (path: string, stamp: Stamp | null): boolean => {
      if (stamp) stamps.set(path.slice(folder.length + 1), stamp);
      return stamp !== null;
    };
    for (const { stage, fingerprint, ports } of results) {
      const entry = entries.path(fingerprint);
      const placed = placedOf(ports);
      const hashed = [...placed.map(({ ref }) => objects.path(ref)), ...broughtOut(stage, placed)];
      const found = statSync(entry, { throwIfNoEntry: false });
      const known =
        add(entry, found ? stampOf(found) : null) && hashed.every((path) => add(path, stats.stamp(path)));
      if (!known) return null;
    }
    return { paths: [...stamps.keys()], digest: digestOf([...stamps.values()]) };

    function broughtOut(stage: string, placed: readonly Placed[]): string[] {
      const target = outputFolder(join(folder, 'out'), pipeline, profile, stage);
      return pathsIn(placed).map((path) => (path === '' ? target : join(target, path)));
    }
  }

  function holds({ paths, digest }: Evidence): boolean {
    const stamps: Stamp[] = [];
    for (const path of paths) {
      // `join` would take longer than looking.
      const found = statSync(`${folder}/${path}`, { throwIfNoEntry: false });
      if (!found) return false;
      stamps.push(stampOf(found));
    }
    return digestOf(stamps) === digest;
  }

  return { gather, holds };
}

/** A number is read much faster as its eight bytes than as text: a thousand stages have eight thousand stamps. */
const digestOf = (stamps: readonly Stamp[]): string =>
  createHash('sha256').update(Float64Array.from(stamps.flat())).digest('hex');
