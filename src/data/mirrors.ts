/** PIPE_MIRROR: folders and URLs that may have what an address has. */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Folders below a mirror that are looked through. */
const depth = 4;

export const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/** An address as it may be told: without the name and the password in it. */
export const shownUrl = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1…@');

/** `https://host/a/b/c.gz` → `a/b/c.gz`, `b/c.gz`, `c.gz`: the longest that a mirror has is the surest. */
export function tailsOf(address: string): string[] {
  const steps = decoded(new URL(address).pathname)
    .split('/')
    .filter((step) => step !== '');
  return steps.map((_, i) => steps.slice(i).join('/'));
}

/** A stray `%` stands for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The file in a mirror's folder whose path ends in the longest tail of the address; null when none does. */
export function findByTail(folder: string, address: string): string | null {
  const files = filesIn(folder);
  for (const tail of tailsOf(address)) {
    const found = files.find((path) => path === tail || path.endsWith(`/${tail}`));
    if (found !== undefined) return join(folder, found);
  }
  return null;
}

/** A file of a mirror's folder that is named by its content: `HASH` or `sha256-HASH`, as in a cache's own downloads. */
export function findByHash(folder: string, sha256: string): string | null {
  const found = filesIn(folder).find((path) => {
    const name = path.split('/').at(-1);
    return name === sha256 || name === `sha256-${sha256}`;
  });
  return found === undefined ? null : join(folder, found);
}

/** Where a mirror's URL may have it, the surest first. */
export function mirroredUrls(mirror: string, address: string, sha256: string | null): string[] {
  const base = mirror.replace(/\/+$/, '');
  const places = [...tailsOf(address), ...(sha256 === null ? [] : [`sha256-${sha256}`, sha256])];
  return places.map((place) => `${base}/${place.split('/').map(encodeURIComponent).join('/')}`);
}

/** Paths relative to the folder with forward slashes, the shallow ones first; none of a folder that isn't there. */
function filesIn(folder: string): string[] {
  const found: string[] = [];
  let level = [folder];
  for (let down = 0; down <= depth && level.length > 0; down++) {
    const next: string[] = [];
    for (const at of level) {
      for (const entry of listed(at)) {
        const path = join(at, entry.name);
        if (entry.isDirectory()) next.push(path);
        else found.push(relative(folder, path).split(sep).join('/'));
      }
    }
    level = next;
  }
  return found;
}

function listed(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
