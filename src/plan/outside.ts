/** What decides a stage's output from outside of the graph: the project's files that it reads, and a command's environment variables. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { filesUnder } from '../data/folder-files.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { JsonObject, Kind } from '../stages/kind.ts';
import { digest } from './fingerprint.ts';
import { declaredPaths, inputFiles } from './input-files.ts';

/** What it takes of a stage to know what it reads. */
export type Reader = Pick<GraphStage, 'kind' | 'params' | 'edges'>;

export interface OutsideContext {
  readonly store: { readonly folder: string; hashFile(path: string): Promise<string> };
  readonly env: NodeJS.ProcessEnv;
}

/** May its content outside change at all? */
export function readsOutside(stage: Reader, kind: Kind): boolean {
  const { places, patterns, paths, variables } = readBy(stage, kind);
  return [Object.keys(places), patterns, paths, variables].some(({ length }) => length > 0);
}

/** Digests by `file:PATH`, `content of PARAM` and `env:NAME`; null for what isn't there. */
export async function outsideContent(
  stage: Reader,
  kind: Kind,
  root: string,
  context: OutsideContext,
): Promise<JsonObject> {
  const { places, patterns, paths, variables } = readBy(stage, kind);
  const outside = await contentOf(places, root, context);
  const files = [
    ...(patterns.length > 0 ? await matching(patterns, root) : []),
    ...(paths.length > 0 ? await inputFiles(stage, root, context.store.folder) : []),
  ];
  for (const path of files) outside[`file:${path}`] = await hashed(join(root, path), context.store);
  for (const name of variables) {
    const value = variableIn(context.env, name);
    // It may be a secret: what a fingerprint is made of lies in the cache, and in the records of runs.
    outside[`env:${name}`] = value === undefined ? null : digest(value);
  }
  return outside;
}

/** Not what every object has: a variable may be called `constructor`. */
export function variableIn(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

/** Files and folders by the param that names them, patterns for files, a command's paths and its environment variables. */
function readBy(stage: Reader, kind: Kind) {
  const { params } = stage;
  const isCommand = stage.kind === 'command';
  return {
    places: kind.reads?.(params) ?? {},
    patterns: kind.files?.(params) ?? [],
    paths: isCommand ? declaredPaths(stage) : [],
    variables: isCommand ? stringsOf(params.env) : [],
  };
}

/** A file's sha256, or a digest of all files in a folder by their paths in it; null for what isn't there. */
async function contentOf(
  places: { readonly [param: string]: string },
  root: string,
  { store }: OutsideContext,
): Promise<{ [name: string]: string | null }> {
  const content: { [name: string]: string | null } = {};
  for (const [param, place] of Object.entries(places)) {
    const path = resolve(root, place);
    const found = statSync(path, { throwIfNoEntry: false });
    content[`content of ${param}`] = !found
      ? null
      : found.isDirectory()
        ? digest(await folderHashes(path, store))
        : await hashed(path, store);
  }
  return content;
}

/** More files at once would only wait for each other. */
const hashedAtOnce = 32;

async function folderHashes(
  folder: string,
  store: OutsideContext['store'],
): Promise<{ [path: string]: string | null }> {
  const files = [...filesUnder(folder)];
  const hashes: { [path: string]: string | null } = {};
  for (let at = 0; at < files.length; at += hashedAtOnce) {
    await Promise.all(
      files.slice(at, at + hashedAtOnce).map(async (file) => {
        hashes[file.path] = file.isThere ? await hashed(file.at, store) : null;
      }),
    );
  }
  return hashes;
}

/** Failure `missing-input`: it is the user's, and what the system says of the cache's files does not hold for it. */
async function hashed(path: string, store: OutsideContext['store']): Promise<string> {
  try {
    return await store.hashFile(path);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EISDIR'].includes(codeOf(error))) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('missing-input', `an input can't be read: ${why}`, {
      fix: 'make it readable, or leave it out with `ignore`',
    });
  }
}

async function matching(patterns: readonly string[], root: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  return (await glob([...patterns], { cwd: root, dot: true, onlyFiles: true })).sort();
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
