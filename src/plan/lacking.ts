/** Stages that have yet to run and that could not: for the engine, or for files that are not there. A run refuses them before its first stage. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Capable, lackedBy } from '../pipeline/engine-needs.ts';
import { missingInputs } from './input-files.ts';
import type { Plan } from './plan.ts';

/** What any engine has left in the cache needs no engine. */
export function lackingToRun({ graph, stages }: Plan, engine: Capable): readonly Diagnostic[] {
  const kept = new Set(stages.filter(({ state }) => state === 'hit').map(({ stage }) => stage.name));
  const lacking = [...lackedBy(engine, graph), ...missingInputs(graph)].filter(
    ({ stage }) => !kept.has(stage),
  );
  // What all cells of a matrix lack is told once.
  const told = new Map(lacking.map(({ diagnostic }) => [JSON.stringify(diagnostic), diagnostic]));
  return [...told.values()];
}
