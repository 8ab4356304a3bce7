/** Garbage collection: what nobody needs goes, safely beside running processes (src/cache/pins.ts tells how). */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import { prefixesOf } from '../plan/fingerprint.ts';
import { keyOf } from './checkpoints.ts';
import { type Contents, contentsOf, type Held, objectsIn, type Use } from './contents.ts';
import { namesIn } from './files.ts';
import { ownerName } from './owner.ts';
import { collecting, forgottenMs, isCollecting, makePins } from './pins.ts';

export interface Limits {
  /** Of each pipeline and profile, the newest runs whose results stay. */
  readonly keepRuns: number;
  /** What is not needed and was not used for so long goes. */
  readonly maxAgeMs: number;
  /** The oldest of what is not needed goes until objects take no more than this. */
  readonly maxBytes: number;
}

export interface Collection {
  readonly goes: readonly { readonly key: string; readonly type: Held['type']; readonly used: number }[];
  /** Objects that nothing refers to any more. */
  readonly objects: number;
  readonly bytes: number;
  /** Of all objects that stay. */
  readonly keptBytes: number;
  /** Of those among them that nothing refers to and that are too new to go. */
  readonly newBytes: number;
  /** More than `maxBytes` stays. */
  readonly overLimit: boolean;
}

/** Whoever has made an object may not have recorded yet what it belongs to. */
const newMs = 60 * 60 * 1000;

/** What stays besides what kept runs and running processes need. */
export interface Needed {
  /** Fingerprints, and keys of trainings. */
  readonly keys: ReadonlySet<string>;
  /** Does all stay that recorded runs of this pipeline needed, because nobody knows what it needs now? */
  readonly whole: (pipeline: string) => boolean;
  /** Of a kind, the param that only says how long to go on. */
  readonly continues: (kind: string) => string | undefined;
}

/** What would go; with `remove`, it goes. Failure: `cache-busy`. */
export async function collect(
  folder: string,
  limits: Limits,
  needed: Needed,
  remove: boolean,
): Promise<Collection> {
  const contents = await contentsOf(folder);
  const pins = makePins(join(folder, 'leases'));
  const stays = new Set([
    ...needed.keys,
    ...pins.all(),
    ...keptFingerprints(contents.uses, limits.keepRuns, needed.whole),
  ]);
  for (const key of trainingsOf(contents.held, stays, needed.continues)) stays.add(key);
  const chosen = choose(contents, stays, limits, folder);
  if (remove) removeAll(folder, chosen, contents, pins.all);
  return chosen.collection;
}

interface Chosen {
  readonly goes: readonly Held[];
  /** By hash, the path. */
  readonly objects: ReadonlyMap<string, string>;
  readonly collection: Collection;
}

function keptFingerprints(uses: readonly Use[], keepRuns: number, whole: Needed['whole']): Set<string> {
  const runs = new Map<string, Set<string>>();
  const kept = new Set<string>();
  for (const { run, pipeline, profile, fingerprint } of uses) {
    const of = runs.get(`${pipeline}@${profile}`) ?? new Set();
    runs.set(`${pipeline}@${profile}`, of);
    if (!of.has(run) && of.size >= keepRuns && !whole(pipeline)) continue;
    of.add(run);
    kept.add(fingerprint);
  }
  return kept;
}

/** A kept training can be continued: its checkpoints stay with it. */
function trainingsOf(
  held: readonly Held[],
  stays: ReadonlySet<string>,
  continues: Needed['continues'],
): string[] {
  return held.flatMap(({ key, entry }) => {
    const param = entry && stays.has(key) ? continues(entry.kind) : undefined;
    if (!entry || param === undefined) return [];
    const prefixes = prefixesOf(entry.parts, param);
    return entry.results.flatMap(({ engine }) =>
      engine === null ? [] : prefixes.map((prefix) => keyOf(prefix, engine)),
    );
  });
}

function choose(
  { held }: Contents,
  stays: ReadonlySet<string>,
  { maxAgeMs, maxBytes }: Limits,
  folder: string,
): Chosen {
  const objects = objectsIn(folder);
  const now = Date.now();
  const spare = held.filter(({ key }) => !stays.has(key)).sort((a, b) => a.used - b.used);
  const counts = new Counts(held, objects);
  const goes: Held[] = [];
  for (const one of spare) {
    if (now - one.used <= maxAgeMs && counts.bytes <= maxBytes) break;
    counts.drop(one);
    goes.push(one);
  }
  const spareObjects = [...objects].filter(([hash]) => !counts.has(hash) && !stays.has(hash));
  const isOld = ([, { made }]: (typeof spareObjects)[number]): boolean => now - made > newMs;
  const unused = spareObjects.filter(isOld);
  const bytes = bytesOf(unused);
  const keptBytes = bytesOf([...objects]) - bytes;
  const collection = {
    goes: goes.map(({ key, type, used }) => ({ key, type, used })),
    objects: unused.length,
    bytes,
    keptBytes,
    newBytes: bytesOf(spareObjects) - bytes,
    overLimit: keptBytes > maxBytes,
  };
  return { goes, objects: new Map(unused.map(([hash, { path }]) => [hash, path])), collection };
}

const bytesOf = (objects: readonly (readonly [hash: string, { readonly size: number }])[]): number =>
  objects.reduce((sum, [, { size }]) => sum + size, 0);

/** How many of those that stay refer to each object, and what these take. */
class Counts {
  readonly #counts = new Map<string, number>();
  readonly #objects: ReturnType<typeof objectsIn>;
  bytes = 0;

  constructor(held: readonly Held[], objects: ReturnType<typeof objectsIn>) {
    this.#objects = objects;
    for (const { hash } of held.flatMap((one) => one.objects)) {
      const count = this.#counts.get(hash) ?? 0;
      if (count === 0) this.bytes += objects.get(hash)?.size ?? 0;
      this.#counts.set(hash, count + 1);
    }
  }

  drop({ objects }: Held): void {
    for (const { hash } of objects) {
      const count = (this.#counts.get(hash) ?? 1) - 1;
      this.#counts.set(hash, count);
      if (count === 0) this.bytes -= this.#objects.get(hash)?.size ?? 0;
    }
  }

  has(hash: string): boolean {
    return (this.#counts.get(hash) ?? 0) > 0;
  }
}

function referredBy(held: readonly Held[]): Set<string> {
  return new Set(held.flatMap(({ objects }) => objects.map(({ hash }) => hash)));
}

/** So many at a time: running processes wait as long. */
const batchSize = 500;

/** First entries, then objects: an entry never lacks one. What was pinned meanwhile stays. */
function removeAll(
  folder: string,
  { goes, objects }: Chosen,
  { held }: Contents,
  pinned: () => Set<string>,
): void {
  const left = new Set(held);
  for (const batch of batches(goes)) {
    announced(folder, () => {
      const pins = pinned();
      for (const one of batch.filter(({ key }) => !pins.has(key))) {
        rmSync(one.file, { force: true });
        left.delete(one);
      }
    });
  }
  const kept = referredBy([...left]);
  for (const batch of batches([...objects])) {
    announced(folder, () => {
      const pins = pinned();
      for (const [hash, path] of batch)
        if (!kept.has(hash) && !pins.has(hash) && !isNew(path)) rmSync(path, { force: true });
    });
  }
  sweepMemory(join(folder, 'memory'));
  sweepTemporary(folder);
}

function isNew(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < newMs;
}

function announced(folder: string, work: () => void): void {
  const file = join(folder, 'leases', collecting);
  try {
    writeFileSync(file, ownerName(), { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (isCollecting(join(folder, 'leases')))
      throw new Failure('cache-busy', `another process (${readFileSync(file, 'utf8')}) clears this cache`, {
        fix: 'wait until it is done',
      });
    // Whoever announced it has died: the announcement is gone now.
    announced(folder, work);
    return;
  }
  try {
    work();
  } finally {
    rmSync(file, { force: true });
  }
}

function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / batchSize) }, (_, i) =>
    all.slice(i * batchSize, (i + 1) * batchSize),
  );
}

/** What only saves work, and was not written for a month. */
function sweepMemory(folder: string): void {
  for (const name of namesIn(folder)) {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs > forgottenMs) rmSync(join(folder, name), { force: true });
  }
}

/** What killed processes have left half-written beside what they wrote. */
export function sweepTemporary(folder: string): number {
  let count = 0;
  for (const part of ['index', 'runs', 'memory', '.']) {
    const at = join(folder, part);
    if (!existsSync(at)) continue;
    for (const entry of readdirSync(at, { withFileTypes: true, recursive: part !== '.' })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !entry.name.endsWith('.tmp') || isNew(path)) continue;
      rmSync(path, { force: true });
      count++;
    }
  }
  return count;
}
