/** The project's files that a command declares as input: single files, and folders with patterns as in .gitignore. */
import { existsSync, statSync } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import type { Ignore } from 'ignore';
import { filesUnder } from '../data/folder-files.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Lacking } from '../pipeline/engine-needs.ts';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { asObject } from '../stages/json.ts';

type Declared = Pick<GraphStage, 'params' | 'edges'>;

/** Relative to the root with forward slashes, sorted. What is not there is left out. */
export async function inputFiles(stage: Declared, root: string, cacheFolder: string): Promise<string[]> {
  const patterns = Array.isArray(stage.params.ignore) ? stage.params.ignore.map(String) : [];
  const fromRoot = (at: string): string => relative(root, at).split(sep).join('/');
  const found = new Set<string>();
  for (const path of declaredPaths(stage)) {
    const declared = resolve(root, path);
    const kind = statSync(declared, { throwIfNoEntry: false });
    if (kind?.isFile()) found.add(fromRoot(declared));
    if (!kind?.isDirectory() || declared === cacheFolder) continue;
    const ignored = await matcher(patterns);
    const passes = (at: string, isFolder: boolean): boolean =>
      at === cacheFolder || basename(at) === '.git' || ignored(isFolder ? `${fromRoot(at)}/` : fromRoot(at));
    for (const { at, isThere } of filesUnder(declared, passes)) if (isThere) found.add(fromRoot(at));
  }
  return [...found].sort();
}

/** What commands declare and is not there. */
export function missingInputs({ order, pipeline: { root } }: Graph): Lacking[] {
  return order.flatMap((stage) =>
    (stage.kind === 'command' ? declaredInputs(stage) : []).flatMap(([name, path]) => {
      const isLate = stage.deferred.some((late) => late.path === `in.${name}`);
      if (isLate || existsSync(resolve(root, path))) return [];
      return [{ stage: stage.name, diagnostic: missing(stage, name, path, root) }];
    }),
  );
}

function missing({ declared, where }: GraphStage, input: string, path: string, root: string): Diagnostic {
  return {
    severity: 'error',
    code: 'missing-input',
    message: `\`${declared}\` takes \`${path}\`, which is not there`,
    ...where(`in.${input}`),
    fix: /[*?{[]/.test(path)
      ? 'patterns are not taken: name the folder, and leave files out by `ignore`'
      : `mend the path: it is taken from ${root}`,
  };
}

/** What `in` names that is no other stage's output. */
export const declaredPaths = (stage: Declared): string[] => declaredInputs(stage).map(([, path]) => path);

function declaredInputs({ params, edges }: Declared): [name: string, path: string][] {
  const referenced = new Set(edges.map((edge) => edge.param));
  return Object.entries(asObject(params.in)).flatMap(([name, path]) =>
    referenced.has(`in.${name}`) ? [] : [[name, String(path)]],
  );
}

/** Of a path relative to the root; folders end in a slash. */
async function matcher(patterns: readonly string[]): Promise<(path: string) => boolean> {
  if (patterns.length === 0) return () => false;
  const { default: ignore } = await import('ignore');
  const rules: Ignore = ignore().add(patterns);
  // Outside of the project no pattern applies.
  return (path) => !path.startsWith('../') && rules.ignores(path);
}
