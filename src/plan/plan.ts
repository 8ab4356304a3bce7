/** Pipeline → Plan: what would run and why, as far as it is known before anything has run. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import type { EngineIdentity, IndexEntry, Store, StoredResult } from '../run/store.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { PlannedTrials, planTrials } from './planned-trials.ts';
import { type FingerprintContext, fingerprintStage, type UpstreamResults } from './stage-fingerprint.ts';
import { differences } from './why.ts';

export type PlannedState = 'hit' | 'run' | 'depends';

export interface PlannedStage {
  readonly stage: string;
  readonly kind: string;
  readonly state: PlannedState;
  /** `rotation 20 → 25`, `never run`, `depends on augment`, `cached`. */
  readonly reason: string;
  readonly fingerprint: string | null;
  readonly dependsOn: readonly string[];
  /** The epoch that a training would continue from, or null. */
  readonly continuesFrom: number | null;
  /** Of a search: how many of its trials are new. */
  readonly trials: PlannedTrials | null;
}

export interface Plan {
  readonly pipeline: string;
  readonly stages: readonly PlannedStage[];
}

export interface PlanContext extends FingerprintContext {
  readonly store: Store;
  /** The engine that stages would run on, and whether only its own results count. */
  readonly engine: { readonly identity: EngineIdentity; readonly exclusive: boolean };
  /** The parts of a stage's fingerprint in the last run of this file and profile. */
  readonly lastParts: (stage: string) => Promise<IndexEntry['parts'] | null>;
}

export async function makePlan(graph: Graph, context: PlanContext): Promise<Plan> {
  const known: UpstreamResults = new Map();
  const stages: PlannedStage[] = [];
  for (const stage of graph.order) stages.push(await planStage(stage, graph, known, context));
  return { pipeline: graph.pipeline.name, stages };
}

async function planStage(
  stage: GraphStage,
  graph: Graph,
  known: UpstreamResults,
  context: PlanContext,
): Promise<PlannedStage> {
  const common = { stage: stage.name, kind: stage.kind, continuesFrom: null, trials: null };
  const waiting = stage.dependsOn.filter((name) => !known.has(name));
  if (waiting.length > 0) {
    return {
      ...common,
      state: 'depends',
      reason: `depends on ${waiting.join(', ')}`,
      fingerprint: null,
      dependsOn: waiting,
    };
  }
  const made = await fingerprintStage(stage, graph, known, context);
  const found = await findResult(made, stage, context);
  if (found) {
    known.set(stage.name, found);
    return { ...common, state: 'hit', reason: 'cached', fingerprint: made.hash, dependsOn: [] };
  }
  const reason = await reasonToRun(stage.name, made, context);
  const checkpoint = made.prefix
    ? await context.store.checkpoints.latest(made.prefix, context.engine.identity, epochsOf(stage))
    : null;
  return {
    ...common,
    state: 'run',
    reason,
    fingerprint: made.hash,
    dependsOn: [],
    continuesFrom: checkpoint?.epoch ?? null,
    trials: stage.kind === 'tune' ? await plannedTrials(stage, graph, known, context) : null,
  };
}

/** Imported when there is a search to plan: the others need no oracles. */
async function plannedTrials(...args: Parameters<typeof planTrials>): Promise<PlannedTrials> {
  const { planTrials: plan } = await import('./planned-trials.ts');
  return plan(...args);
}

/** A whole result under this fingerprint that may be used here, the wanted engine's first. */
export async function findResult(
  made: Fingerprint,
  stage: GraphStage,
  context: PlanContext,
): Promise<StoredResult | null> {
  const entry = await context.store.lookup(made.hash);
  const usesEngine = context.kinds(stage.kind)?.usesEngine ?? false;
  const own = (result: StoredResult): boolean => isOwn(result, context);
  const results = (entry?.results ?? []).filter(
    (result) => !usesEngine || !context.engine.exclusive || own(result),
  );
  for (const result of results.sort((a, b) => Number(own(b)) - Number(own(a)))) {
    const ports = await Promise.all(Object.values(result.ports).map((port) => context.store.intact(port)));
    if (ports.every(Boolean)) return result;
  }
  return null;
}

/** Was it computed on the engine that would compute now? */
function isOwn({ engine }: StoredResult, context: PlanContext): boolean {
  return engine === null || JSON.stringify(engine) === JSON.stringify(context.engine.identity);
}

/** The differences to the last run's parts; where there are none, what became of the result. */
export async function reasonToRun(stage: string, made: Fingerprint, context: PlanContext): Promise<string> {
  const before = await context.lastParts(stage);
  if (!before) return 'never run';
  const changed = differences(before, made.parts);
  if (changed.length > 0) return changed.join(', ');
  const others = (await context.store.lookup(made.hash))?.results ?? [];
  return others.length > 0 && others.every((result) => !isOwn(result, context))
    ? 'no result of this engine'
    : 'its output is missing or damaged';
}

/** How long a training may go on: its `epochs`. */
export function epochsOf(stage: GraphStage): number {
  const epochs = stage.params.epochs;
  return typeof epochs === 'number' ? epochs : 0;
}
