/** The stages of a run that `--until`, `--from` and `--rerun` choose. */
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { type Axes, parseReference } from '../pipeline/reference.ts';
import { neededFor } from './lineage.ts';
import type { Plan } from './plan.ts';
import { reasonText } from './reason.ts';

export interface Wishes {
  /** Only these and what they need. */
  readonly until: readonly string[];
  /** Only these and what needs them; the rest has to be in the cache. */
  readonly from: readonly string[];
  /** These run whatever is cached. */
  readonly rerun: readonly string[];
}

export interface Selection {
  /** The chosen stages and all that they need. */
  readonly graph: Graph;
  /** Of these, the ones that come from the cache or not at all. */
  readonly given: ReadonlySet<string>;
  readonly rerun: ReadonlySet<string>;
}

/** A stage of a matrix stands for all its cells. Diagnostics: `no-such-stage`, `nothing-selected`. */
export function select(graph: Graph, wishes: Wishes): Result<Selection> {
  const problems: Diagnostic[] = [];
  const find = (names: readonly string[]): GraphStage[] =>
    names.flatMap((name) => cellsOf(name, graph, problems));
  const until = find(wishes.until);
  const from = find(wishes.from);
  const rerun = find(wishes.rerun);
  const wanted = until.length > 0 ? neededFor(namesOf(until), graph) : new Set(namesOf(graph.order));
  const reached = from.length > 0 ? neededBy(from, graph) : wanted;
  const chosen = graph.order.filter(({ name }) => wanted.has(name) && reached.has(name));
  const chosenNames = new Set(namesOf(chosen));
  const outside = rerun.find(({ name }) => !chosenNames.has(name));
  if (problems.length === 0 && chosen.length === 0) problems.push(nothing(wishes));
  if (problems.length === 0 && outside) problems.push(notChosen(outside.name));
  if (problems.length > 0) return { ok: false, diagnostics: problems };
  const kept = neededFor(namesOf(chosen), graph);
  const given = [...kept].filter((name) => !chosenNames.has(name));
  const order = graph.order.filter(({ name }) => kept.has(name));
  return {
    ok: true,
    value: { graph: { ...graph, order }, given: new Set(given), rerun: new Set(namesOf(rerun)) },
  };
}

const namesOf = (stages: readonly GraphStage[]): string[] => stages.map(({ name }) => name);

function cellsOf(name: string, graph: Graph, problems: Diagnostic[]): GraphStage[] {
  // As in the file: axes in any order, and one alone for all cells that have it.
  const wanted = parseReference(name);
  const found = graph.order.filter(
    (stage) =>
      stage.name === name ||
      (wanted?.port === null && stage.declared === wanted.declared && hasAxes(stage.cell, wanted.axes)),
  );
  if (found.length > 0) return found;
  const names = namesOf(graph.order);
  const near = nearest(name, names);
  problems.push({
    severity: 'error',
    code: 'no-such-stage',
    message: `\`${graph.pipeline.file}\` has no stage \`${name}\``,
    fix: near ? `did you mean \`${near}\`?` : `its stages are ${names.join(', ')}`,
  });
  return [];
}

const hasAxes = (cell: Axes, wanted: Axes): boolean =>
  Object.entries(wanted).every(([axis, label]) => cell[axis] === label);

/** These and all that depend on them. */
function neededBy(stages: readonly GraphStage[], graph: Graph): Set<string> {
  const found = new Set(namesOf(stages));
  for (const stage of graph.order) if (stage.dependsOn.some((name) => found.has(name))) found.add(stage.name);
  return found;
}

function nothing({ until, from }: Wishes): Diagnostic {
  return {
    severity: 'error',
    code: 'nothing-selected',
    message: `nothing lies between ${from.join(', ')} and ${until.join(', ')}`,
    fix: '--from names where to begin, --until where to end',
  };
}

function notChosen(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'nothing-selected',
    message: `\`--rerun ${name}\` names a stage that --until and --from leave out`,
    fix: 'remove one of the two',
  };
}

/** Of the stages that have to come from the cache, those that can't: `not-cached`. */
export function notCached(plan: Plan, { given }: Pick<Selection, 'given'>): Diagnostic[] {
  return plan.stages
    .filter(({ stage, state }) => given.has(stage.name) && state !== 'hit')
    .map(({ stage, reason }) => ({
      severity: 'error',
      code: 'not-cached',
      message: `\`${stage.name}\` comes before --from and is not in the cache: ${reasonText(reason)}`,
      place: stage.place,
      fix: 'run without --from, or begin earlier',
    }));
}
