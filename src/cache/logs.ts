/** cache/logs/PIPELINE[@PROFILE]/STAGE.log: what a stage printed when it last failed. */
import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withProfile } from '../pipeline/profile.ts';
import type { Store } from '../run/store.ts';

export function makeLogs(folder: string): { readonly keep: Store['keepLog'] } {
  return {
    keep: async (pipeline, profile, stage, file) => {
      const to = join(folder, withProfile(pipeline, profile), `${stage}.log`);
      try {
        mkdirSync(dirname(to), { recursive: true });
        renameSync(file, to);
        return to;
      } catch {
        // The stage printed nothing, or the disk is full: its failure is told all the same.
        return null;
      }
    },
  };
}
