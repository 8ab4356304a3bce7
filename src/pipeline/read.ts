/** A pipeline file → its graph, or everything that is wrong with it, ordered by place. */
import { type Diagnostic, isError, type Result } from '../diagnostics/diagnostic.ts';
import { checkStages, unusedStages } from './checks.ts';
import { readTree } from './extends.ts';
import { type LoadOptions, loadTree } from './load.ts';
import { sorted } from './order.ts';
import type { Graph, GraphStage, Pipeline } from './pipeline.ts';
import { Names, withEdges } from './resolve.ts';
import { withTrialEdges } from './trial-edges.ts';

export function readPipeline(file: string, options: LoadOptions): Result<Graph> {
  const tree = readTree(file, options.root, options.texts);
  if (!tree.ok) return tree;
  const { pipeline, broken, diagnostics } = loadTree(tree.value, file, options);
  return resolveStages(pipeline, { broken, problems: diagnostics, outer: [] });
}

export interface Around {
  readonly broken: ReadonlySet<string>;
  /** What was found before. */
  readonly problems: readonly Diagnostic[];
  /** Stages that a trial may name besides its own. */
  readonly outer: readonly GraphStage[];
}

/** References, order and checks of stages that were read. */
export function resolveStages(pipeline: Pipeline, around: Around): Result<Graph> {
  const kinds = pipeline.kinds.named;
  const { broken, outer } = around;
  const problems = [...around.problems];
  const names = new Names([...outer, ...pipeline.stages], broken);
  const wrong = new Set(broken);
  const stages = pipeline.stages.map((stage) => {
    const count = problems.length;
    const made = withEdges(stage, names, kinds, problems);
    if (problems.length > count) wrong.add(stage.name);
    return made.kind === 'tune' && !wrong.has(made.name) ? withTrialEdges(made, names, pipeline) : made;
  });
  const order = sorted(stages, problems);
  const checked = checkStages([...outer, ...order], kinds, wrong);
  problems.push(...checked.problems);
  if (outer.length === 0 && !problems.some(isError)) problems.push(...unusedStages(order, kinds));
  const told = inOrder(withoutMisspeltVars(problems));
  return told.some(isError)
    ? { ok: false, diagnostics: told }
    : { ok: true, value: { pipeline, order, takes: checked.takes, trialsTake: {} }, warnings: told };
}

/** A var that is misspelt where it is used is no unused one. */
function withoutMisspeltVars(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const misspelt = problems.some(({ code }) => code === 'unknown-var');
  return problems.filter(({ code }) => !misspelt || code !== 'unused-var');
}

/** By place, so that a person mends a file from top to bottom; what one mistake causes in many cells or uses is told once. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const merged = new Map<string, Diagnostic>();
  for (const one of diagnostics) {
    const key = keyOf(one);
    const before = merged.get(key);
    merged.set(key, before ? { ...before, ...relatedOf(before, one) } : one);
  }
  return [...merged.values()].sort(
    (a, b) =>
      order(a.place?.file, b.place?.file) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

/** One place may lack several keys: what to add tells them apart, whichever cell it is. */
export function keyOf(one: Diagnostic): string {
  if (!one.place) return JSON.stringify(one);
  const { file, line, column } = one.place;
  return `${one.code} ${file}:${line}:${column} ${one.code === 'missing-key' ? one.fix : ''}`;
}

const order = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);
const mostRelated = 6;

function relatedOf(a: Diagnostic, b: Diagnostic): Pick<Diagnostic, 'related'> {
  const all = [...(a.related ?? []), ...(b.related ?? [])];
  const unique = new Map(
    all.map((one) => [`${one.message} ${one.place.file}:${one.place.line}:${one.place.column}`, one]),
  );
  return unique.size > 0 ? { related: [...unique.values()].slice(0, mostRelated) } : {};
}
