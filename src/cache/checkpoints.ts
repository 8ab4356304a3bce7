/** The states of unfinished trainings, by what was done (the prefix of a fingerprint), engine and epoch. */
import { digest } from '../plan/fingerprint.ts';
import type { EngineIdentity, Files, Store } from '../run/store.ts';
import type { Entries } from './entries.ts';
import { isObject, isRef } from './index-store.ts';
import type { Objects } from './objects.ts';

interface Saved {
  /** How many are done; a fraction lies in the midst of one. */
  readonly epoch: number;
  readonly files: Files;
}
interface Entry {
  readonly version: 1;
  readonly engine: EngineIdentity;
  /** Ascending. */
  readonly epochs: readonly Saved[];
}

export function makeCheckpoints(
  entries: Entries,
  objects: Objects,
  pin: (keys: readonly string[]) => void,
): Store['checkpoints'] {
  // Two epochs of one training must not read the same entry and write it one after the other.
  let last: Promise<unknown> = Promise.resolve();

  async function epochsOf(key: string): Promise<readonly Saved[]> {
    const entry = await entries.get(key);
    return isCheckpoints(entry) ? entry.epochs : [];
  }

  async function latest(...[prefix, engine, maxEpoch]: Parameters<Store['checkpoints']['latest']>) {
    const key = keyOf(prefix, engine);
    pin([key]);
    for (const { epoch, files } of (await epochsOf(key)).toReversed()) {
      if (epoch > maxEpoch) continue;
      const whole = await Promise.all(Object.values(files).map(objects.intact));
      if (whole.every(Boolean)) return { epoch, files: pathsOf(files, objects) };
    }
    return null;
  }

  async function keep(
    ...[prefix, engine, epoch, from]: Parameters<Store['checkpoints']['save']>
  ): Promise<void> {
    const key = keyOf(prefix, engine);
    const files = await objects.adoptFolder(from);
    const others = await epochsOf(key);
    // A training for the epochs that are finished has no use for one that is not.
    const whole = Number.isInteger(epoch)
      ? []
      : others.filter((other) => other.epoch < epoch && Number.isInteger(other.epoch)).slice(-1);
    // A training anew for fewer epochs must not cost what a longer one has reached.
    const furthest = others.filter((other) => other.epoch > epoch).slice(-1);
    const entry: Entry = { version: 1, engine, epochs: [...whole, { epoch, files }, ...furthest] };
    await entries.set(key, entry);
  }

  return {
    latest,
    save: (...args) => {
      const saved = last.then(() => keep(...args));
      last = saved.catch(() => {});
      return saved;
    },
  };
}

export const keyOf = (prefix: string, engine: EngineIdentity): string => digest([prefix, engine]);

function pathsOf(files: Files, objects: Objects): { [path: string]: string } {
  return Object.fromEntries(Object.entries(files).map(([path, ref]) => [path, objects.path(ref)]));
}

export function isCheckpoints(value: unknown): value is Entry {
  return isObject(value) && value.version === 1 && Array.isArray(value.epochs) && value.epochs.every(isSaved);
}

function isSaved(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.epoch === 'number' &&
    isObject(value.files) &&
    Object.values(value.files).every(isRef)
  );
}
