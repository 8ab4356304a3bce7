/** Everything that is wrong with a file, with any of its profiles. */
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
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
}

/** With `profile` that one alone; else the file as it is, and what each of its profiles adds. */
export function checkFile(file: string, options: LoadOptions): CheckedFile {
  const tree = readTree(file, options.root);
  if (!tree.ok) return { diagnostics: tree.diagnostics, graph: null };
  const resolve = (profile?: string): Result<Graph> => {
    const { pipeline, broken, diagnostics } = loadTree(
      tree.value,
      file,
      profile === undefined ? options : { ...options, profile },
    );
    return withTrialsChecked(resolveStages(pipeline, { broken, problems: diagnostics, outer: [] }));
  };
  const whole = resolve();
  const base = toldBy(whole);
  const graph = whole.ok ? whole.value : null;
  const profiles = child(tree.value.root, 'profiles');
  if (options.profile !== undefined || profiles?.type !== 'map') return { diagnostics: base, graph };
  const told = new Set(base.map(keyOf));
  const added = [...profiles.entries].flatMap(([name, { key }]) =>
    toldBy(resolve(name))
      .filter((one) => !told.has(keyOf(one)) && told.add(keyOf(one)))
      .map((one) => ({
        ...one,
        related: [...(one.related ?? []), { message: 'with this profile', place: key }],
      })),
  );
  return { diagnostics: inOrder([...base, ...added]), graph };
}

const toldBy = (resolved: Result<Graph>): readonly Diagnostic[] =>
  resolved.ok ? [...(resolved.warnings ?? []), ...lacking(resolved.value)] : resolved.diagnostics;

/** On the engine that the file names, on any machine. */
function lacking(graph: Graph): Diagnostic[] {
  const { engine } = graph.pipeline;
  if (engine === 'auto') return [];
  return lackedBy({ name: engine, bfloat16: engine === 'native' }, graph).map(({ diagnostic }) => diagnostic);
}
