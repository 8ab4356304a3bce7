import { hostname } from 'node:os';
import type { RunHead } from './record.ts';

/** The outcome; of a run that never told one, whether its process is still there. */
export function stateOf({ outcome, process: owner }: Pick<RunHead, 'outcome' | 'process'>): string {
  if (outcome !== 'running' || !owner) return outcome === 'running' ? 'died' : outcome;
  if (owner.host !== hostname()) return 'running or died';
  try {
    process.kill(owner.pid, 0);
    return 'running';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'running' : 'died';
  }
}
