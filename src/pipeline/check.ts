/** Everything that is wrong with a file, with any of its profiles. */
import { resolve } from 'node:path';
import type { Diagnostic, Place, Result } from '../diagnostics/diagnostic.ts';
import { withTrialsChecked } from './check-trials.ts';
import { lackedBy } from './engine-needs.ts';
import { readTree } from './extends.ts';
import { type LoadOptions, loadTree } from './load.ts';
import { child } from './nodes.ts';
import type { Graph } from './pipeline.ts';
import { inOrder, keyOf, resolveStages } from './read.ts';

export interface CheckedFile {
  readonly diagnostics: readonly Diagnostic[];
  /** Null where the file is wrong. */
  readonly graph: Graph | null;
  /** Of the name; null where it can't be read. */
  readonly place: Place | null;
}

/** With `profile` that one alone; else the file as it is, and what each of its profiles adds. */
export function checkFile(file: string, options: LoadOptions): CheckedFile {
  const tree = readTree(file, options.root);
  if (!tree.ok) return { diagnostics: tree.diagnostics, graph: null, place: null };
  const place = child(tree.value.root, 'name')?.place ?? null;
  const resolved = (profile?: string): Result<Graph> => {
    const { pipeline, broken, diagnostics } = loadTree(
      tree.value,
      file,
      profile === undefined ? options : { ...options, profile },
    );
    return withTrialsChecked(resolveStages(pipeline, { broken, problems: diagnostics, outer: [] }));
  };
  const whole = resolved();
  const base = toldBy(whole);
  const graph = whole.ok ? whole.value : null;
  const profiles = child(tree.value.root, 'profiles');
  if (options.profile !== undefined || profiles?.type !== 'map') return { diagnostics: base, graph, place };
  const told = new Set(base.map(keyOf));
  const added = [...profiles.entries].flatMap(([name, { key }]) =>
    toldBy(resolved(name))
      .filter((one) => !told.has(keyOf(one)) && told.add(keyOf(one)))
      .map((one) => ({
        ...one,
        related: [...(one.related ?? []), { message: 'with this profile', place: key }],
      })),
  );
  return { diagnostics: inOrder([...base, ...added]), graph, place };
}

/** By file: a warning where an earlier file of the same project has the same name. */
export function sameNames(checked: readonly CheckedFile[]): ReadonlyMap<CheckedFile, Diagnostic> {
  const first = new Map<string, Place>();
  const found = new Map<CheckedFile, Diagnostic>();
  for (const file of checked) {
    const { graph, place } = file;
    if (!graph || !place) continue;
    const { name, root } = graph.pipeline;
    const key = JSON.stringify([root, name]);
    const other = first.get(key);
    if (!other) first.set(key, place);
    else if (resolve(other.file) !== resolve(place.file))
      found.set(file, {
        severity: 'warning',
        code: 'same-name',
        message: `two files have the name \`${name}\`: what one of them runs takes the place of the other's outputs`,
        place,
        fix: 'give each a name of its own',
        related: [{ message: 'the other', place: other }],
      });
  }
  return found;
}

const toldBy = (graph: Result<Graph>): readonly Diagnostic[] =>
  graph.ok ? [...(graph.warnings ?? []), ...lacking(graph.value)] : graph.diagnostics;

/** On the engine that the file names, on any machine. */
function lacking(graph: Graph): Diagnostic[] {
  const { engine } = graph.pipeline;
  if (engine === 'auto') return [];
  return lackedBy({ name: engine, bfloat16: engine === 'native' }, graph).map(({ diagnostic }) => diagnostic);
}
