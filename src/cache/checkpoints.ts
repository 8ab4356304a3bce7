/** The states of unfinished trainings, by what was done (the prefix of a fingerprint), engine and epoch. */
import { digest } from '../plan/fingerprint.ts';
import type { EngineIdentity, Files, Store } from '../run/store.ts';
import { openKeyv } from './index-store.ts';
import type { Objects } from './objects.ts';

interface Entry {
  readonly version: 1;
  readonly engine: EngineIdentity;
  /** Ascending. */
  readonly epochs: readonly { readonly epoch: number; readonly files: Files }[];
}

export function makeCheckpoints(folder: string, objects: Objects): Store['checkpoints'] {
  const keyv = openKeyv(folder);
  const keyOf = (prefix: string, engine: EngineIdentity): string => digest([prefix, engine]);
  const read = async (key: string): Promise<Entry | null> => {
    const entry: unknown = await keyv.get(key);
    return isEntry(entry) ? entry : null;
  };

  return {
    latest: async (prefix, engine, maxEpoch) => {
      const entry = await read(keyOf(prefix, engine));
      for (const { epoch, files } of [...(entry?.epochs ?? [])].reverse()) {
        if (epoch > maxEpoch) continue;
        const whole = await Promise.all(Object.values(files).map(objects.intact));
        if (whole.every(Boolean)) return { epoch, files: Object.fromEntries(Object.entries(files).map(([path, ref]) => [path, objects.path(ref)])) };
      }
      return null;
    },
    // The last one alone is kept: a training for fewer epochs starts anew, and the plan says so.
    save: async (prefix, engine, epoch, from) => {
      const files = await objects.adoptFolder(from);
      const entry: Entry = { version: 1, engine, epochs: [{ epoch, files }] };
      await keyv.set(keyOf(prefix, engine), entry);
    },
  };
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'epochs' in value && Array.isArray(value.epochs);
}
