/** What the cache tells of a trial: what came of its training, and what can be known of it without training. */
import { readFileSync } from 'node:fs';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { completeStage } from '../pipeline/stages.ts';
import type { StoredResult } from '../run/store.ts';
import type { Judged } from '../tune/search.ts';
import { type DecideContext, findResult } from './decide.ts';
import { digest } from './fingerprint.ts';
import { fingerprintStage, kindOf, type UpstreamResults } from './stage-fingerprint.ts';
import type { TrialTraining, Tuning } from './tuning.ts';

/** From the results of the trial's stages. */
export function judgedBy(
  tuning: Tuning,
  trial: Graph,
  results: UpstreamResults,
  context: DecideContext,
): Judged<TrialTraining> {
  const result = results.get(tuning.judged);
  const step = trial.order.find(({ name }) => name === tuning.judged);
  if (!result || !step) throw new Error('a checked trial has a training');
  const edge = step.edges.find(({ param }) => param === 'model');
  const model = edge ? results.get(edge.stage)?.ports[edge.ports[0] ?? ''] : undefined;
  const own = {
    ...numbersOf(result, trial, context),
    model: model ?? null,
    trained: result.ports.trained ?? null,
  };
  return scored(tuning, result.values[tuning.metric], own);
}

/** What is known of a training without doing it: that it fails, or its first epochs from one that went on longer. */
export async function knownTraining(
  declared: GraphStage,
  tuning: Tuning,
  trial: Graph,
  results: UpstreamResults,
  ask: { readonly epochs: number },
  context: DecideContext,
): Promise<Judged<TrialTraining> | null> {
  const completed = completeStage(declared, results);
  if (!completed.ok) return null;
  const reason = await recallFailure(completed.value, trial, results, context);
  if (reason !== null) return { type: 'failed', reason };
  const { epochs } = tuning.params;
  if (ask.epochs >= epochs || keepsTheBest(completed.value)) return null;
  // A longer one does not begin as this one does.
  if (kindOf(completed.value, context).needsHorizon?.(completed.value.params)) return null;
  const longer = { ...completed.value, params: { ...completed.value.params, epochs } };
  const made = await fingerprintStage(longer, trial, results, context);
  const found = made.prefix === null ? null : await findResult(made, longer, context);
  if (!found) return null;
  const whole = numbersOf(found, trial, context);
  const curves = Object.fromEntries(
    Object.entries(whole.curves).map(([metric, curve]) => [metric, curve.slice(0, ask.epochs)]),
  );
  const own = { ...whole, curves, epochs: Math.min(whole.epochs, ask.epochs), model: null, trained: null };
  return scored(tuning, curves[tuning.metric]?.at(-1) ?? undefined, own);
}

/** That a training before the judged one fails. */
export async function knownFailure(
  declared: GraphStage,
  trial: Graph,
  results: UpstreamResults,
  context: DecideContext,
): Promise<Extract<Judged<TrialTraining>, { type: 'failed' }> | null> {
  if (declared.kind !== 'train') return null;
  const completed = completeStage(declared, results);
  const reason = completed.ok ? await recallFailure(completed.value, trial, results, context) : null;
  return reason === null ? null : { type: 'failed', reason };
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
  context: DecideContext,
): Omit<TrialTraining, 'model' | 'trained'> {
  const file = result.ports.history?.files['history.json'];
  if (!file) throw new Error('a training has a history');
  const history: { epochs: readonly { readonly [metric: string]: number | null }[] } = JSON.parse(
    readFileSync(context.store.objectPath(file), 'utf8'),
  );
  const metrics = Object.keys(history.epochs[0] ?? {}).filter((name) => name !== 'epoch');
  const curves = metrics.map((metric) => [metric, history.epochs.map((epoch) => epoch[metric] ?? null)]);
  return {
    seed: trial.pipeline.seed,
    epochs: history.epochs.length,
    curves: Object.fromEntries(curves),
    engine: result.engine,
  };
}

/** The reason, or null. A failure counts for its own engine alone. */
async function recallFailure(
  stage: GraphStage,
  trial: Graph,
  results: UpstreamResults,
  context: DecideContext,
): Promise<string | null> {
  const { hash } = await fingerprintStage(stage, trial, results, context);
  const entry = await context.store.lookup(failureKey(hash));
  const own = JSON.stringify(context.engine.identity);
  return entry?.results.find(({ engine }) => JSON.stringify(engine) === own)?.summary ?? null;
}

/** Where a failure that comes each time is remembered. */
export const failureKey = (fingerprint: string): string => digest(['failure', fingerprint]);
