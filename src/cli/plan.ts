import { missingToRun } from '../plan/lacking.ts';
import type { SelectFlags } from './open.ts';
import { print, printJson, refuse } from './output.ts';
import { described, openPlan } from './planned.ts';

/** `stages`: only these and what they need; none stands for all. */
export async function plan(file: string, stages: readonly string[], flags: SelectFlags): Promise<number> {
  const opened = await openPlan(file, { ...flags, until: [...(flags.until ?? []), ...stages] });
  if (!opened.ok) return refuse(opened.diagnostics, flags);
  const { plan: made, graph, engine, context } = opened.value;
  const missing = missingToRun(made);
  if (missing.length > 0) return refuse(missing, flags);
  if (flags.json) {
    const { name, profile } = graph.pipeline;
    const computing = { name: engine.name, exclusive: context.engine.exclusive };
    printJson({ version: 1, pipeline: name, profile, engine: computing, stages: made.stages.map(described) });
  } else print((await import('../ui/plan.ts')).formatPlan(made));
  return 0;
}
