/** Stages that have yet to run and that could not: for the engine, or for files that are not there. A run refuses them before its first stage. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Capable, type Lacking, lackedBy } from '../pipeline/engine-needs.ts';
import { missingInputs } from './input-files.ts';
import type { Plan, PlannedStage } from './plan.ts';

/** What any engine has left in the cache needs no engine. */
export function lackingToRun({ graph, stages }: Plan, engine: Capable): readonly Diagnostic[] {
  const kept = namesOf(stages, 'hit');
  return toldOnce(lackedBy(engine, graph).filter(({ stage }) => !kept.has(stage)));
}

/** Files that commands take and that are not there. A stage that is to come after others may get them of these. */
export function missingToRun({ graph, stages }: Plan): readonly Diagnostic[] {
  const running = namesOf(stages, 'run');
  return toldOnce(missingInputs(graph).filter(({ stage }) => running.has(stage)));
}

const namesOf = (stages: Plan['stages'], wanted: PlannedStage['state']): Set<string> =>
  new Set(stages.filter(({ state }) => state === wanted).map(({ stage }) => stage.name));

/** What all cells of a matrix lack is one mistake. */
function toldOnce(lacking: readonly Lacking[]): Diagnostic[] {
  return [...new Map(lacking.map(({ diagnostic }) => [JSON.stringify(diagnostic), diagnostic])).values()];
}
