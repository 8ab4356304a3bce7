import type { Policy } from '../pipeline/policy.ts';
import type { StoredResult } from '../run/store.ts';

/** When a result is too old to be taken, in milliseconds since 1970; one without its time may be of any age. */
export function expiryOf({ createdAt }: StoredResult, { cache }: Policy): number {
  if (typeof cache !== 'object') return Number.POSITIVE_INFINITY;
  return createdAt === undefined ? 0 : Date.parse(createdAt) + cache.ttlMs;
}
