/** Trains a trial and judges it: each of its stages is a run like any other. */
import { readFileSync } from 'node:fs';
import type { Graph, GraphStage } from '../../pipeline/pipeline.ts';
import { completeStage } from '../../pipeline/resolve.ts';
import { trialGraph } from '../../pipeline/trial.ts';
import { findResult } from '../../plan/plan.ts';
import { fingerprintStage, type UpstreamResults } from '../../plan/stage-fingerprint.ts';
import type { Judge, Judged } from '../../tune/search.ts';
import type { Trial } from '../../tune/trials.ts';
import { type Executed, type Execution, executeStage } from '../execute.ts';
import type { StoredResult } from '../store.ts';
import { recallFailure, rememberFailure } from './failures.ts';
import type { TrialTeller } from './teller.ts';
import type { TrialTraining, Tuning } from './tuning.ts';

type Ask = Parameters<Judge<TrialTraining>>[0];

export interface TrialJudge {
  readonly judge: Judge<TrialTraining>;
  /** The first training of a trial with all that it left. */
  whole(trial: Trial<TrialTraining>): Promise<TrialTraining | 'interrupted'>;
}

export function trialJudge(tuning: Tuning, run: Execution, teller: TrialTeller): TrialJudge {
  return {
    judge: async (ask) => {
      const trial = trialGraph(tuning.stage, tuning.graph, ask);
      if (!trial.ok) return { type: 'failed', reason: trial.diagnostics[0]?.message ?? 'it is wrong' };
      return judged(tuning, trial.value, ask, teller.inside(run, ask), shortcut);
    },
    whole: async (trial) => {
      const [first] = trial.executions;
      if (first?.own.trained) return first.own;
      const ask = { ...trial, epochs: trial.budget, execution: 0 };
      const made = trialGraph(tuning.stage, tuning.graph, ask);
      if (!made.ok) throw new Error('a judged trial is a graph');
      const again = await judged(tuning, made.value, ask, teller.inside(run, ask), async () => null);
      if (again.type === 'judged') return again.own;
      if (again.type === 'interrupted') return 'interrupted';
      throw new Error(`trial ${trial.trial} worked before`);
    },
  };
}

type Shortcut = typeof shortcut;

async function judged(
  tuning: Tuning,
  trial: Graph,
  ask: Ask,
  run: Execution,
  known: Shortcut,
): Promise<Judged<TrialTraining>> {
  const results: UpstreamResults = new Map(tuning.upstream);
  for (const step of trial.order) {
    const before = step.name === tuning.judged ? await known(step, tuning, trial, results, ask, run) : null;
    if (before) return before;
    const executed = await executeStage(step, trial, results, run);
    if ('result' in executed) results.set(step.name, executed.result);
    else return failedOr(executed, step, trial, results, run);
  }
  const result = results.get(tuning.judged);
  const step = trial.order.find(({ name }) => name === tuning.judged);
  if (!result || !step) throw new Error('a checked trial has a training');
  const [edge] = step.edges.filter(({ param }) => param === 'model');
  const model = edge ? results.get(edge.stage)?.ports[edge.ports[0] ?? ''] : undefined;
  const own = {
    ...numbersOf(result, trial, run),
    model: model ?? null,
    trained: result.ports.trained ?? null,
  };
  return scored(tuning, result.values[tuning.metric], own);
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

/** What is known of a training without doing it: that it fails, or its first epochs from one that went on longer. */
async function shortcut(
  declared: GraphStage,
  tuning: Tuning,
  trial: Graph,
  results: UpstreamResults,
  ask: Ask,
  run: Execution,
): Promise<Judged<TrialTraining> | null> {
  const completed = completeStage(declared, (stage, value) => results.get(stage)?.values[value]);
  if (!completed.ok) return null;
  const reason = await recallFailure(completed.value, trial, results, run);
  if (reason !== null) return { type: 'failed', reason };
  const { epochs } = tuning.params;
  if (ask.epochs >= epochs || keepsTheBest(completed.value)) return null;
  const longer = { ...completed.value, params: { ...completed.value.params, epochs } };
  const made = await fingerprintStage(longer, trial, results, run);
  const found = made.prefix === null ? null : await findResult(made, longer, run);
  if (!found) return null;
  const whole = numbersOf(found, trial, run);
  const curves = Object.fromEntries(
    Object.entries(whole.curves).map(([metric, curve]) => [metric, curve.slice(0, ask.epochs)]),
  );
  const own = { ...whole, curves, epochs: Math.min(whole.epochs, ask.epochs), model: null, trained: null };
  return scored(tuning, curves[tuning.metric]?.at(-1) ?? undefined, own);
}

/** Then a training's values are not those of its last epoch. */
function keepsTheBest(stage: GraphStage): boolean {
  return JSON.stringify(stage.params.callbacks ?? []).includes('"restoreBestWeights":true');
}

function scored(
  { metric }: Tuning,
  objective: StoredResult['values'][string] | undefined,
  own: TrialTraining,
): Judged<TrialTraining> {
  if (typeof objective !== 'number' || !Number.isFinite(objective))
    return { type: 'failed', reason: `its training gave no ${metric}` };
  const curve = (own.curves[metric] ?? []).map((value) => value ?? Number.NaN);
  return { type: 'judged', objective, curve, own };
}

/** From the training's history, which this program wrote and the store has checked. */
function numbersOf(
  result: StoredResult,
  trial: Graph,
  run: Execution,
): Omit<TrialTraining, 'model' | 'trained'> {
  const file = result.ports.history?.files['history.json'];
  if (!file) throw new Error('a training has a history');
  const history: { epochs: readonly { readonly [metric: string]: number | null }[] } = JSON.parse(
    readFileSync(run.store.objectPath(file), 'utf8'),
  );
  const metrics = Object.keys(history.epochs[0] ?? {}).filter((name) => name !== 'epoch');
  const curves = metrics.map((metric) => [metric, history.epochs.map((epoch) => epoch[metric] ?? null)]);
  return { seed: trial.pipeline.seed, epochs: history.epochs.length, curves: Object.fromEntries(curves) };
}
