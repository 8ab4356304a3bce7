/** Trials at the corners of their space, before anything runs: a mistake in them is told with its place, once, and what they take. */
import { type Diagnostic, isError, type Result } from '../diagnostics/diagnostic.ts';
import type { Takes } from '../stages/kind.ts';
import { type Point, readSpace } from '../tune/space.ts';
import { child, type Node } from './nodes.ts';
import type { Graph, GraphStage, TakesBetween } from './pipeline.ts';
import { inOrder } from './read.ts';
import { cornerTrials } from './trial.ts';

/** The graph again, or what is wrong with the trials of its searches. */
export function withTrialsChecked(read: Result<Graph>): Result<Graph> {
  if (!read.ok) return read;
  const searches = read.value.order.filter(({ kind, deferred }) => kind === 'tune' && deferred.length === 0);
  const trials = new Map(searches.map((tune) => [tune, cornerTrials(tune, read.value)]));
  const problems = [...trials].flatMap(([tune, own]) => [...wrongTrials(own), ...unusedDimensions(tune)]);
  const trialsTake = Object.fromEntries([...trials].map(([{ name }, own]) => [name, takenBy(own)]));
  const told = inOrder([...(read.warnings ?? []), ...problems]);
  return told.some(isError)
    ? { ok: false, diagnostics: told }
    : { ok: true, value: { ...read.value, trialsTake }, warnings: told };
}

type Trials = ReturnType<typeof cornerTrials>;

/** What is wrong at some corners only is told with the first of them. */
function wrongTrials(trials: Trials): Diagnostic[] {
  const found = new Map<string, { problem: Diagnostic; points: Point[] }>();
  for (const { point, trial } of trials) {
    for (const problem of trial.ok ? (trial.warnings ?? []) : trial.diagnostics) {
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

function takenBy(trials: Trials): { [stage: string]: TakesBetween } {
  const between = new Map<string, TakesBetween>();
  for (const { order, takes } of trials.flatMap(({ trial }) => (trial.ok ? trial.value : []))) {
    const taken = new Map(Object.entries(takes));
    for (const { name } of order) {
      const own = taken.get(name);
      if (!own) continue;
      const [least, most] = between.get(name) ?? [own, own];
      between.set(name, [eachOf(Math.min, least, own), eachOf(Math.max, most, own)]);
    }
  }
  return Object.fromEntries(between);
}

function eachOf(choose: (a: number, b: number) => number, a: Takes, b: Takes): Takes {
  return {
    parameters: choose(a.parameters, b.parameters),
    multiplyAdds: choose(a.multiplyAdds, b.multiplyAdds),
    ...(a.memory === undefined || b.memory === undefined ? {} : { memory: choose(a.memory, b.memory) }),
  };
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
