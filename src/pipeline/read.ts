/** A pipeline file → its graph, or everything that is wrong with it, ordered by place. */
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import { checkStages, unusedStages } from './checks.ts';
import { type LoadOptions, loadPipeline } from './load.ts';
import { sorted } from './order.ts';
import type { Graph, GraphStage, Pipeline } from './pipeline.ts';
import { type Kinds, Names, withEdges } from './resolve.ts';

export function readPipeline(file: string, options: LoadOptions): Result<Graph> {
  const { pipeline, broken, diagnostics } = loadPipeline(file, options);
  if (!pipeline) return { ok: false, diagnostics };
  return resolveStages(pipeline, options.kinds, { broken, problems: diagnostics, outer: [] });
}

export interface Around {
  readonly broken: ReadonlySet<string>;
  /** What was found before. */
  readonly problems: readonly Diagnostic[];
  /** Stages that a trial may name besides its own. */
  readonly outer: readonly GraphStage[];
}

/** References, order and checks of stages that were read. */
export function resolveStages(pipeline: Pipeline, kinds: Kinds, around: Around): Result<Graph> {
  const { broken, outer } = around;
  const problems = [...around.problems];
  const names = new Names([...outer, ...pipeline.stages], broken);
  const wrong = new Set(broken);
  const stages = pipeline.stages.map((stage) => {
    const count = problems.length;
    const made = withEdges(stage, names, kinds, problems);
    if (problems.length > count) wrong.add(stage.name);
    return made;
  });
  const order = sorted(stages, problems);
  problems.push(...checkStages([...outer, ...order], kinds, wrong));
  if (outer.length === 0 && wrong.size === 0) problems.push(...unusedStages(order, kinds));
  const told = inOrder(problems);
  return told.some((problem) => problem.severity === 'error')
    ? { ok: false, diagnostics: told }
    : { ok: true, value: { pipeline, order }, warnings: told };
}

/** By place, so that a person mends a file from top to bottom; what one mistake causes in many cells or uses is told once. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const merged = new Map<string, Diagnostic>();
  for (const one of diagnostics) {
    const key = one.place
      ? `${one.code} ${one.place.file}:${one.place.line}:${one.place.column}`
      : JSON.stringify(one);
    const before = merged.get(key);
    // Unknown keys and missing keys may share a place.
    const same =
      before && (before.message === one.message || !['missing-key', 'unknown-key'].includes(one.code));
    if (same) merged.set(key, { ...before, ...relatedOf(before, one) });
    else merged.set(before ? `${key} ${one.message}` : key, one);
  }
  return [...merged.values()].sort(
    (a, b) =>
      order(a.place?.file, b.place?.file) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
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
