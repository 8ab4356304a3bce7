/** How many trials of a search are new, as far as it can be said before any has run. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { completeStage } from '../pipeline/stages.ts';
import { trialGraph } from '../pipeline/trial.ts';
import { makeOracle } from '../tune/oracles.ts';
import { type Judge, runSearch } from '../tune/search.ts';
import { readSpace } from '../tune/space.ts';
import { checkpointOf } from './checkpoint.ts';
import { type DecideContext, findResult } from './decide.ts';
import { judgedBy, knownTraining } from './known-trial.ts';
import { fingerprintStage, type UpstreamResults } from './stage-fingerprint.ts';
import { type TrialTraining, type Tuning, tuningOf } from './tuning.ts';

export interface PlannedTrials {
  /** At most. */
  readonly total: number | null;
  /** Known as far as they are needed. */
  readonly known: number;
  /** To be trained, at least in part. */
  readonly new: number;
  /** Of these, whose training goes on from epochs that it already has. */
  readonly continued: number;
  /** What comes after them depends on their results. */
  readonly open: boolean;
}

export async function planTrials(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  context: DecideContext,
): Promise<PlannedTrials> {
  const tuning = tuningOf(stage, graph, upstream);
  const { params } = tuning;
  const oracle = makeOracle(params, readSpace(params.space), tuning.seed);
  const unknown = new Set<number>();
  const continued = new Set<number>();
  const judge: Judge<TrialTraining> = async (ask) => {
    const judged = await judgedInCache(tuning, ask, context, () => continued.add(ask.trial));
    if (judged.type === 'unknown') unknown.add(ask.trial);
    return judged;
  };
  const { trials } = await runSearch(oracle, judge, {
    better: tuning.better,
    executions: params.executions,
    maxFailures: Number.POSITIVE_INFINITY,
    prune: params.prune?.median ?? null,
    parallel: params.parallel,
    atOnce: Number.POSITIVE_INFINITY,
  });
  const open = unknown.size > 0 && (oracle.next() !== 'done' || trials.length < (oracle.trials ?? 0));
  return {
    total: oracle.trials,
    known: trials.length - unknown.size,
    new: unknown.size,
    continued: continued.size,
    open,
  };
}

async function judgedInCache(
  tuning: Tuning,
  ask: Parameters<Judge<TrialTraining>>[0],
  context: DecideContext,
  onContinued: () => void,
): ReturnType<Judge<TrialTraining>> {
  const trial = trialGraph(tuning.stage, tuning.graph, ask);
  if (!trial.ok) return { type: 'failed', reason: trial.diagnostics[0]?.message ?? 'it is wrong' };
  const results: UpstreamResults = new Map(tuning.upstream);
  for (const step of trial.value.order) {
    const known =
      step.name === tuning.judged
        ? await knownTraining(step, tuning, trial.value, results, ask, context)
        : null;
    if (known) return known;
    const completed = completeStage(step, results);
    if (!completed.ok) return { type: 'failed', reason: completed.diagnostics[0]?.message ?? 'it is wrong' };
    const made = await fingerprintStage(completed.value, trial.value, results, context);
    const found = await findResult(made, completed.value, context);
    if (!found) {
      if (step.name === tuning.judged && (await checkpointOf(completed.value, made, context))) onContinued();
      return { type: 'unknown' };
    }
    results.set(step.name, found);
  }
  return judgedBy(tuning, trial.value, results, context);
}
