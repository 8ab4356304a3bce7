/** The addon's sources lie in the npm package; one call of the compiler makes it. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../../../diagnostics/diagnostic.ts';
import { addonFile } from '../installation.ts';
import type { Tool } from './tools.ts';
import type { Unpacked } from './unpack.ts';

/** Failure: `compile-failed`. */
export async function compileAddon(
  [compiler, ...args]: Tool,
  folder: string,
  { headers, libraries }: Unpacked,
  signal: AbortSignal,
): Promise<void> {
  const require = createRequire(import.meta.url);
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const sources = join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding');
  const flags = [
    '-O2 -fPIC -std=c++17 -fno-exceptions -w -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION'.split(' '),
    [nodeHeaders, headers, sources].map((include) => `-I${include}`),
    readdirSync(sources)
      .filter((name) => name.endsWith('.cc'))
      .map((name) => join(sources, name)),
    ['-o', join(folder, addonFile), ...libraries.map((name) => join(folder, name))],
    process.platform === 'darwin'
      ? ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path']
      : ['-shared', '-Wl,-rpath,$ORIGIN'],
  ].flat();
  try {
    await promisify(execFile)(compiler, [...args, ...flags], { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const told = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Failure('compile-failed', `${compiler} could not compile the addon:\n${told.slice(0, 2000)}`, {
      fix: 'try another compiler: CXX=clang++ pipe engine install native',
    });
  }
}
