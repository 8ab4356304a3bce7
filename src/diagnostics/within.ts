/** Where a path lies. Loaded at each start. */
import { isAbsolute, relative, sep } from 'node:path';

/** Is it the folder, or something in it? By the names alone: links are not followed. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  // On another drive of Windows it is absolute.
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
