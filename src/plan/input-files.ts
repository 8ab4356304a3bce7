/** The project's files that a command declares as input: single files, and folders with patterns as in .gitignore. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { Ignore } from 'ignore';
import type { GraphStage } from '../pipeline/pipeline.ts';

type Declared = Pick<GraphStage, 'params' | 'edges'>;

/** Relative to the root with forward slashes, sorted. What is not there is left out. */
export async function inputFiles(stage: Declared, root: string, cacheFolder: string): Promise<string[]> {
  const patterns = Array.isArray(stage.params.ignore) ? stage.params.ignore.map(String) : [];
  const found = new Set<string>();
  for (const path of declaredPaths(stage)) {
    const at = resolve(root, path);
    const kind = kindOf(at);
    if (kind === 'file') found.add(slashes(relative(root, at)));
    if (kind === 'folder') walk(at, { root, cacheFolder, ignored: await matcher(patterns), found }, []);
  }
  return [...found].sort();
}

/** What `in` names that is no other stage's output. */
export function declaredPaths({ params, edges }: Declared): string[] {
  const referenced = new Set(edges.map((edge) => edge.param));
  const declared = typeof params.in === 'object' && params.in !== null ? Object.entries(params.in) : [];
  return declared.filter(([name]) => !referenced.has(`in.${name}`)).map(([, path]) => String(path));
}

interface Walk {
  readonly root: string;
  readonly cacheFolder: string;
  /** Of a path relative to the root; folders end in a slash. */
  readonly ignored: (path: string) => boolean;
  readonly found: Set<string>;
}

/** `around` are the folders that it lies in, so that a link to one of them leads nowhere. */
function walk(folder: string, to: Walk, around: readonly string[]): void {
  const real = realpathSync(folder);
  if (folder === to.cacheFolder || around.includes(real)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = `${folder}${sep}${entry.name}`;
    const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : kindOf(at);
    const path = slashes(relative(to.root, at));
    if (kind === null || entry.name === '.git' || to.ignored(kind === 'folder' ? `${path}/` : path)) continue;
    if (kind === 'folder') walk(at, to, [...around, real]);
    else to.found.add(path);
  }
}

async function matcher(patterns: readonly string[]): Promise<Walk['ignored']> {
  if (patterns.length === 0) return () => false;
  const { default: ignore } = await import('ignore');
  const rules: Ignore = ignore().add(patterns);
  // Outside of the project no pattern applies.
  return (path) => !path.startsWith('../') && rules.ignores(path);
}

function kindOf(path: string): 'file' | 'folder' | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return 'file';
  return found?.isDirectory() ? 'folder' : null;
}

const slashes = (path: string): string => path.split(sep).join('/');
