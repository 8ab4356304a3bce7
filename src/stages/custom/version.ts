/** The version of a project's module: a digest of its code and of all that it imports. Reads the code, never runs it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type * as Esbuild from 'esbuild';
import { stampOf } from '../../data/stamp.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';

// Not at the top: only projects with modules of their own need it, and it takes as long as the whole start.
const load = createRequire(import.meta.url);
const known = new Map<string, { readonly digest: string; readonly stamps: ReadonlyMap<string, string> }>();

/**
 * sha256 of the module with its imports as one file, without comments and white space, and of the versions of the
 * packages that it imports. Failure `invalid-module` for what is no module.
 */
export function moduleDigest(module: string): string {
  const before = known.get(module);
  if (before && [...before.stamps].every(([file, stamp]) => stampOf(file) === stamp)) return before.digest;
  const stamps = new Map([[module, stampOf(module)]]);
  const esbuild: typeof Esbuild = load('esbuild');
  const made = createHash('sha256');
  try {
    const built = esbuild.buildSync({
      entryPoints: [module],
      bundle: true,
      write: false,
      metafile: true,
      minifyWhitespace: true,
      legalComments: 'none',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      logLevel: 'silent',
    });
    for (const { text } of built.outputFiles) made.update(text);
    for (const file of Object.keys(built.metafile.inputs)) stamps.set(resolve(file), stampOf(resolve(file)));
    for (const name of packagesOf(built.metafile))
      made.update(`\n${name}@${versionOf(name, dirname(module))}`);
  } catch (error) {
    throw new Failure('invalid-module', `\`${basename(module)}\` can't be read: ${firstError(error)}`, {
      fix: 'mend the module, or what it imports',
    });
  }
  const digest = made.digest('hex');
  known.set(module, { digest, stamps });
  return digest;
}

function packagesOf(metafile: Esbuild.Metafile): string[] {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const names = imports
    .filter(({ external, path }) => external && !isBuiltin(path))
    .map(({ path }) =>
      path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return [...new Set(names)].sort();
}

function versionOf(name: string, folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'node_modules', name, 'package.json');
    if (existsSync(file)) {
      const described: { version?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
      return String(described.version);
    }
    if (dirname(at) === at) return 'not installed';
  }
}

function firstError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines[1] ?? lines[0] ?? '').trim();
}
