/** Pipeline → Plan: what would run and why, as far as it is known before anything has run. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { completeStage } from '../pipeline/stages.ts';
import type { StoredResult } from '../run/store.ts';
import { checkpointOf } from './checkpoint.ts';
import { apartFrom, type DecideContext, findResult, isOwn, reasonToRun } from './decide.ts';
import { estimate } from './estimate.ts';
import type { Fingerprint } from './fingerprint.ts';
import { knownChanges } from './known-changes.ts';
import type { PlannedTrials, planTrials } from './planned-trials.ts';
import type { Reason } from './reason.ts';
import { fingerprintStage, type UpstreamResults } from './stage-fingerprint.ts';

export type PlannedState = 'hit' | 'run' | 'depends';

export interface PlannedStage {
  /** Completed by values of earlier stages where these are known. */
  readonly stage: GraphStage;
  readonly state: PlannedState;
  readonly reason: Reason;
  /** Null for what depends on others. */
  readonly made: Fingerprint | null;
  /** Of a hit. */
  readonly result: StoredResult | null;
  /** The epoch that a training would continue from, or null. */
  readonly continuesFrom: number | null;
  /** Of a search: how many of its trials are new. */
  readonly trials: PlannedTrials | null;
  /** How long it took in earlier runs; null for a hit and where there is nothing to go by. */
  readonly seconds: number | null;
}

export interface Plan {
  readonly graph: Graph;
  readonly stages: readonly PlannedStage[];
}

export async function makePlan(graph: Graph, context: DecideContext): Promise<Plan> {
  const known: UpstreamResults = new Map();
  const stages: PlannedStage[] = [];
  for (const stage of graph.order) {
    const planned = await planStage(stage, graph, known, context);
    if (planned.result) known.set(stage.name, planned.result);
    stages.push(planned);
  }
  return { graph, stages };
}

async function planStage(
  declared: GraphStage,
  graph: Graph,
  known: UpstreamResults,
  context: DecideContext,
): Promise<PlannedStage> {
  const on = declared.dependsOn.filter((name) => !known.has(name));
  if (on.length > 0) return dependent(declared, on, graph, context);
  const completed = completeStage(declared, known);
  // A value that does not fit fails the stage when it runs, with its place.
  const stage = completed.ok ? completed.value : declared;
  const made = await fingerprintStage(stage, graph, known, context);
  const result = await findResult(made, stage, context);
  if (result) {
    const engine =
      isOwn(result, context) || !result.engine ? null : apartFrom(context.engine.identity, result.engine);
    return planned(stage, 'hit', { type: 'cached', engine }, { made, result });
  }
  const reason = await reasonToRun(stage, made, context);
  const continuesFrom = (await checkpointOf(stage, made, context))?.epoch ?? null;
  const seconds = await estimate(stage, continuesFrom, context);
  const trials = stage.kind === 'tune' ? await plannedTrials(stage, graph, known, context) : null;
  return planned(stage, 'run', reason, { made, continuesFrom, seconds, trials });
}

/** Imported when there is a search to plan: the others need no oracles. */
async function plannedTrials(
  ...[stage, graph, known, context]: Parameters<typeof planTrials>
): Promise<PlannedTrials> {
  const { planTrials: plan } = await import('./planned-trials.ts');
  return plan(stage, graph, known, { ...context, rerun: new Set() });
}

async function dependent(
  stage: GraphStage,
  on: readonly string[],
  graph: Graph,
  context: DecideContext,
): Promise<PlannedStage> {
  const changes = await knownChanges(stage, graph, context);
  const seconds = await estimate(stage, null, context);
  return planned(stage, 'depends', { type: 'depends', on, changes }, { seconds });
}

function planned(
  stage: GraphStage,
  state: PlannedState,
  reason: Reason,
  known: Partial<PlannedStage>,
): PlannedStage {
  const nothing = { made: null, result: null, continuesFrom: null, trials: null, seconds: null };
  return { stage, state, reason, ...nothing, ...known };
}
