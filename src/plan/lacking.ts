/** Stages that have yet to run and that the engine could not compute: a run refuses them before its first stage. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Capable, lackedBy } from '../pipeline/engine-needs.ts';
import type { Plan } from './plan.ts';

/** What any engine has left in the cache needs no engine. */
export function lackingToRun({ graph, stages }: Plan, engine: Capable): readonly Diagnostic[] {
  const kept = new Set(stages.filter(({ state }) => state === 'hit').map(({ stage }) => stage.name));
  return lackedBy(engine, graph).flatMap(({ stage, diagnostic }) => (kept.has(stage) ? [] : [diagnostic]));
}
