/** Trials at the corners of their space, before anything runs: a mistake in them is told with its place, once. */
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import { type Point, readSpace } from '../tune/space.ts';
import { child, type Node } from './nodes.ts';
import type { Graph, GraphStage } from './pipeline.ts';
import { inOrder } from './read.ts';
import { cornerTrials } from './trial.ts';

/** The graph again, or what is wrong with the trials of its searches. */
export function withTrialsChecked(read: Result<Graph>): Result<Graph> {
  if (!read.ok) return read;
  const searches = read.value.order.filter(({ kind, deferred }) => kind === 'tune' && deferred.length === 0);
  const problems = searches.flatMap((tune) => [...wrongTrials(tune, read.value), ...unusedDimensions(tune)]);
  const told = inOrder([...(read.warnings ?? []), ...problems]);
  return told.some(({ severity }) => severity === 'error')
    ? { ok: false, diagnostics: told }
    : { ...read, warnings: told };
}

/** What is wrong at some corners only is told with the first of them. */
function wrongTrials(tune: GraphStage, graph: Graph): Diagnostic[] {
  const trials = cornerTrials(tune, graph);
  const found = new Map<string, { problem: Diagnostic; points: Point[] }>();
  for (const { point, trial } of trials) {
    for (const problem of trial.ok ? [] : trial.diagnostics) {
      const key = JSON.stringify([problem.code, problem.place]);
      found.set(key, { problem, ...found.get(key), points: [...(found.get(key)?.points ?? []), point] });
    }
  }
  return [...found.values()].map(({ problem, points: at }) =>
    at.length === trials.length
      ? problem
      : { ...problem, message: `${problem.message} (${described(at[0])})` },
  );
}

function described(point: Point | undefined): string {
  const values = Object.entries(point ?? {}).map(([name, value]) => `${name} ${value}`);
  return `with ${values.slice(0, 6).join(', ')}`;
}

function unusedDimensions(tune: GraphStage): Diagnostic[] {
  const used = new Set(namesIn(child(tune.node, 'trial')));
  const conditions = [...readSpace(tune.params.space).values()].flatMap(({ when }) => [...when.keys()]);
  return [...readSpace(tune.params.space).keys()]
    .filter((name) => !used.has(name) && !conditions.includes(name))
    .map((name) => ({
      severity: 'warning',
      code: 'unused-var',
      message: `no stage of the trial takes \`\${trial.${name}}\`: all its values are the same trial`,
      place: tune.placeOf(`space.${name}`),
      fix: 'use it, or remove it',
    }));
}

function namesIn(node: Node | undefined): string[] {
  if (node?.type === 'list') return node.items.flatMap(namesIn);
  if (node?.type === 'map')
    return [...node.entries].flatMap(([key, { value }]) => [...namesOf(key), ...namesIn(value)]);
  return namesOf(String(node?.value ?? ''));
}

const namesOf = (text: string): string[] =>
  [...text.matchAll(/\$\{trial\.([^}]+)\}/g)].map(([, name = '']) => name);
