import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Git } from './record.ts';

/** The commit that is checked out in `folder`, and whether tracked files differ from it; null where git can't say. */
export async function readGit(folder: string): Promise<Git | null> {
  // Starting a process only to hear that there is no repository would cost a tenth of a small run.
  if (process.env.GIT_DIR === undefined && !isInRepository(folder)) return null;
  const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=no'];
  return new Promise((resolve) => {
    // Git's own lock is not taken, so that a run disturbs nobody's work.
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
    execFile('git', args, { cwd: folder, env, timeout: 5000, maxBuffer: 64 << 20 }, (error, out) =>
      resolve(error ? null : parseStatus(out)),
    );
  });
}

function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)));
}

export function parseStatus(out: string): Git | null {
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(out)?.[1];
  if (commit === undefined) return null;
  return { commit, dirty: out.split('\n').some((line) => line !== '' && !line.startsWith('#')) };
}
