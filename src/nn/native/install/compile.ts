/** The addon's sources lie in the npm package; one call of the compiler makes it. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../../../diagnostics/diagnostic.ts';
import { type Tool, toldBy } from '../../install/tools.ts';
import { addonFile, libraryFolder } from '../installation.ts';
import { additionFlags, additions } from './additions.ts';

/** Against the libraries and headers that lie in `folder`. Failure: `compile-failed`. */
export async function compileAddon(
  [compiler, ...args]: Tool,
  folder: string,
  libraries: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const require = createRequire(import.meta.url);
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const sources = join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding');
  const flags = [
    '-O2 -fPIC -std=c++17 -fno-exceptions -w -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION'.split(' '),
    [nodeHeaders, join(folder, 'include'), sources].map((include) => `-I${include}`),
    readdirSync(sources)
      .filter((name) => name.endsWith('.cc'))
      .map((name) => join(sources, name)),
    ['-o', join(folder, addonFile)],
    ...(process.platform === 'linux' ? [writeAdditions(folder), ...additionFlags] : []),
    libraries.filter((path) => path.startsWith(`${libraryFolder}/`)).map((path) => join(folder, path)),
    process.platform === 'darwin'
      ? ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path']
      : // NVIDIA's libraries are loaded by name when a GPU is looked for: nothing to link.
        ['-shared', '-Wl,-rpath,$ORIGIN', '-Wl,--allow-shlib-undefined'],
  ].flat();
  try {
    await promisify(execFile)(compiler, [...args, ...flags], { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Failure(
      'compile-failed',
      `${compiler} could not compile the addon:\n${toldBy(error).slice(0, 2000)}`,
      {
        fix: 'try another compiler: CXX=clang++ pipe engine install native',
      },
    );
  }
}

function writeAdditions(folder: string): string {
  const path = join(folder, 'include', 'additions.cc');
  mkdirSync(join(folder, 'include'), { recursive: true });
  writeFileSync(path, additions);
  return path;
}
