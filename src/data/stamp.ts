import { statSync } from 'node:fs';

/** Of a file: whatever a writer can't help to change. */
export function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}` : 'missing';
}
