// Finds what esbuild made of the present sources, building it when there is none. Imports nothing but Node until it has to build.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = resolve(fileURLToPath(import.meta.url), '../../..');

/** The URL of a built entry file: `main.js`, `child.js`. A published package has `dist/package/` and no TypeScript. */
export async function ensureBuilt(entry) {
  const published = join(project, 'dist', 'package');
  const folder = existsSync(join(published, entry)) ? published : join(project, 'dist', stamp());
  if (!existsSync(join(folder, entry))) {
    const { build } = await import('./build.mjs');
    await build(project, folder);
  }
  return pathToFileURL(join(folder, entry)).href;
}

/** Changes whenever a source file does, by path, size and modification time: reading them all would cost every start 10 ms. */
function stamp() {
  const hash = createHash('sha256');
  for (const top of ['src', 'schemas', 'package-lock.json']) {
    for (const path of filesUnder(join(project, top))) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'generated')
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)],
    );
}
