/** Trains a trial and judges it: each of its stages is a run like any other. */
import type { Graph, GraphStage } from '../../pipeline/pipeline.ts';
import { trialGraph } from '../../pipeline/trial.ts';
import { judgedBy, knownTraining } from '../../plan/known-trial.ts';
import type { UpstreamResults } from '../../plan/stage-fingerprint.ts';
import type { TrialTraining, Tuning } from '../../plan/tuning.ts';
import type { Judge, Judged } from '../../tune/search.ts';
import type { Trial } from '../../tune/trials.ts';
import type { Executed, Execution, executeStage } from '../execute.ts';
import { rememberFailure } from './failures.ts';
import type { TrialTeller } from './teller.ts';

/** How a trial's stages are run. */
export type Execute = typeof executeStage;

type Ask = Parameters<Judge<TrialTraining>>[0];

export interface TrialJudge {
  readonly judge: Judge<TrialTraining>;
  /** The first training of a trial with all that it left. */
  whole(trial: Trial<TrialTraining>): Promise<TrialTraining | 'interrupted'>;
}

export function trialJudge(
  tuning: Tuning,
  run: Execution,
  teller: TrialTeller,
  execute: Execute,
): TrialJudge {
  return {
    judge: async (ask) => {
      const trial = trialGraph(tuning.stage, tuning.graph, ask);
      if (!trial.ok) return { type: 'failed', reason: trial.diagnostics[0]?.message ?? 'it is wrong' };
      return judged(tuning, trial.value, ask, teller.inside(run, ask), execute, knownTraining);
    },
    whole: async (trial) => {
      const [first] = trial.executions;
      if (first?.own.trained) return first.own;
      const ask = { ...trial, epochs: trial.budget, execution: 0 };
      const made = trialGraph(tuning.stage, tuning.graph, ask);
      if (!made.ok) throw new Error('a judged trial is a graph');
      const again = await judged(tuning, made.value, ask, teller.inside(run, ask), execute, async () => null);
      if (again.type === 'judged') return again.own;
      if (again.type === 'interrupted') return 'interrupted';
      throw new Error(`trial ${trial.trial} worked before`);
    },
  };
}

async function judged(
  tuning: Tuning,
  trial: Graph,
  ask: Ask,
  run: Execution,
  execute: Execute,
  known: typeof knownTraining,
): Promise<Judged<TrialTraining>> {
  const results: UpstreamResults = new Map(tuning.upstream);
  for (const step of trial.order) {
    const before = step.name === tuning.judged ? await known(step, tuning, trial, results, ask, run) : null;
    if (before) return before;
    const executed = await execute(step, trial, results, run);
    if ('result' in executed) results.set(step.name, executed.result);
    else return failedOr(executed, step, trial, results, run);
  }
  return judgedBy(tuning, trial, results, run);
}

async function failedOr(
  executed: Exclude<Executed, { result: unknown }>,
  step: GraphStage,
  trial: Graph,
  results: UpstreamResults,
  run: Execution,
): Promise<Judged<TrialTraining>> {
  if (executed.type !== 'failed') return { type: 'interrupted' };
  const [reason = 'it failed'] = executed.diagnostic.message.split('\n');
  await rememberFailure(executed.diagnostic, reason, step, trial, results, run);
  return { type: 'failed', reason };
}
