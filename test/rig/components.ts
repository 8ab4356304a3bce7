/** What every component's source is, and what was recorded of it: `npm run components` records, a test compares. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { components } from '../../src/stages/components.ts';

/** By source, its digest and the versions of its components. */
export type Sources = { readonly [source: string]: Source };
interface Source {
  readonly digest: string;
  readonly versions: { readonly [component: string]: number };
}

export const sourcesFile = 'test/plan/components.json';

/** What the sources are now. Comments, formatting and types are no part of a digest. */
export async function presentSources(): Promise<Sources> {
  const names = [...new Set([...components.values()].map(({ source }) => source))].sort();
  const made = await Promise.all(
    names.map(async (source): Promise<[string, Source]> => {
      const own = [...components].filter(([, component]) => component.source === source);
      const versions = Object.fromEntries(own.map(([name, { version }]) => [name, version]));
      return [source, { digest: await digestOf(source), versions }];
    }),
  );
  return Object.fromEntries(made);
}

export function recordedSources(): Sources {
  return JSON.parse(readFileSync(sourcesFile, 'utf8'));
}

/** One line a source that is not as it was recorded; empty when all are. */
export function whatChanged(recorded: Sources, present: Sources): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(present)])].sort();
  return names.flatMap((name) => {
    const [before, now] = [recorded[name], present[name]];
    if (!now) return [`src/${name} holds no component any more`];
    if (!before) return [`src/${name} holds components: ${list(now.versions)}`];
    const raised = Object.entries(now.versions)
      .filter(([component, version]) => before.versions[component] !== version)
      .map(([component, version]) => `${component} ${before.versions[component] ?? 'new'} → ${version}`);
    if (raised.length > 0) return [`src/${name}: ${raised.join(', ')}`];
    return before.digest === now.digest
      ? []
      : [`src/${name} has changed, and no version of ${list(now.versions)}`];
  });
}

const list = (versions: Source['versions']): string => Object.keys(versions).join(', ');

/** What decides no bytes: messages, what is made from the schemas, the versions themselves, and what only calls stages. */
const apart = /\/(diagnostics|generated|pipeline|plan|cache)\/|\/stages\/components\.ts$|\/run\/execute\.ts$/;

/** sha256 of a module with all that it imports of ours or runs in threads, and of the versions of the packages that it imports. */
async function digestOf(source: string): Promise<string> {
  const packages = new Set<string>();
  const hash = createHash('sha256');
  for (const [, contents] of await modulesOf(source, packages)) hash.update(contents);
  for (const name of [...packages].sort()) hash.update(`\n${name} ${versionOf(name)}`);
  return hash.digest('hex');
}

/** The module with what it imports, then each that it runs in a thread with what that imports; by their paths. */
export async function modulesOf(
  source: string,
  packages = new Set<string>(),
): Promise<Map<string, Uint8Array>> {
  const threads = new Set<string>();
  const made = new Map([[source, await bundled(source, threads, packages)]]);
  for (const one of [...threads].sort()) made.set(one, await bundled(one, new Set(), packages));
  return made;
}

async function bundled(source: string, threads: Set<string>, packages: Set<string>): Promise<Uint8Array> {
  const made = await build({
    entryPoints: [join('src', source)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    minifyWhitespace: true,
    legalComments: 'none',
    plugins: [leavingOut(packages), noting(threads)],
    logLevel: 'silent',
  });
  return made.outputFiles[0]?.contents ?? new Uint8Array();
}

/** A thread's module is named where the thread is started, and imported nowhere. */
const thread = /new Worker\(new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g;

function noting(threads: Set<string>): Plugin {
  return {
    name: 'noting-threads',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        for (const [, name] of readFileSync(path, 'utf8').matchAll(thread))
          threads.add(relative('src', join(dirname(path), `${name}.ts`)).replaceAll('\\', '/'));
        return undefined;
      });
    },
  };
}

function leavingOut(packages: Set<string>): Plugin {
  return {
    name: 'leaving-out',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^[^.]/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        const [, name] = /^((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
        if (name !== undefined && !path.startsWith('node:')) packages.add(name);
        return { path, external: true };
      });
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
        apart.test(join(resolveDir, path)) ? { path, external: true } : undefined,
      );
    },
  };
}

/** As the lock file has it, whatever is installed on this platform. */
function versionOf(name: string): string {
  return lock.packages[`node_modules/${name}`]?.version ?? 'none';
}
const lock: { packages: { [path: string]: { version?: string } } } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);
