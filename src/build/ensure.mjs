// Finds what esbuild made of the present sources, building it when there is none. Imports nothing but Node until it has to build.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = resolve(fileURLToPath(import.meta.url), '../../..');
const lastFile = join(project, 'dist', 'last.json');

/** The path of a built entry file: `main.cjs`, `child.js`. A published package has `dist/package/` and no TypeScript. */
export async function ensureBuilt(entry) {
  const published = join(project, 'dist', 'package');
  const folder = existsSync(join(published, entry)) ? published : (sameAsLast(entry) ?? (await built(entry)));
  return join(folder, entry);
}

/**
 * The folder that served the last start, when every source is still as it was then: listing folders and hashing would cost
 * every start 7 ms, looking at each path costs 2.
 */
function sameAsLast(entry) {
  try {
    const { folder, seen } = JSON.parse(readFileSync(lastFile, 'utf8'));
    const same = Object.entries(seen).every(([path, mark]) => markOf(path) === mark);
    return same && existsSync(join(folder, entry)) ? folder : null;
  } catch {
    return null;
  }
}

async function built(entry) {
  const seen = sources();
  const folder = join(project, 'dist', await stampOf(seen));
  if (!existsSync(join(folder, entry))) {
    const { build } = await import('./build.mjs');
    await build(project, folder);
  }
  remember({ folder, seen });
  return folder;
}

/** Path → mark, of files and of the folders that hold them: a folder's changes when a file comes or goes. */
function sources() {
  const seen = {};
  const visit = (path) => {
    seen[path] = markOf(path);
    if (!statSync(path).isDirectory()) return;
    for (const name of readdirSync(path))
      if (!name.startsWith('.') && name !== 'generated') visit(join(path, name));
  };
  for (const top of ['src', 'schemas', 'package-lock.json']) visit(join(project, top));
  return seen;
}

/** Changes whenever the file does; reading them all would cost every start 10 ms. */
function markOf(path) {
  const stat = statSync(path);
  return stat.isDirectory() ? `folder ${stat.mtimeMs}` : `${stat.size} ${stat.mtimeMs}`;
}

/** Of the files alone: an editor's own files beside them change folders, and nothing is to be built. */
async function stampOf(seen) {
  const { createHash } = await import('node:crypto');
  const files = Object.entries(seen).filter(([, mark]) => !mark.startsWith('folder'));
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
}

/** It saves time only: where it can't be written, the next start looks through all folders again. */
function remember(last) {
  try {
    mkdirSync(join(project, 'dist'), { recursive: true });
    writeFileSync(`${lastFile}.${process.pid}`, JSON.stringify(last));
    renameSync(`${lastFile}.${process.pid}`, lastFile);
  } catch {}
}
