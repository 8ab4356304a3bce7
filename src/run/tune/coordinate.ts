/**
 * `tune` is coordinated in the runner's own process and holds no slot: its trials' stages go through the same
 * `executeStage` as everything else, so that they are cached and continued like any other.
 */
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { Graph, GraphStage } from '../../pipeline/pipeline.ts';
import { completeStage } from '../../pipeline/resolve.ts';
import { findResult, reasonToRun } from '../../plan/decide.ts';
import { reasonText } from '../../plan/reason.ts';
import { fingerprintStage, type UpstreamResults } from '../../plan/stage-fingerprint.ts';
import { type TrialTraining, type Tuning, tuningOf } from '../../plan/tuning.ts';
import { makeOracle } from '../../tune/oracles.ts';
import { runSearch, type Searched } from '../../tune/search.ts';
import { readSpace } from '../../tune/space.ts';
import { bestOf, type Trial } from '../../tune/trials.ts';
import { type Executed, type Execution, executeStage, firstOf } from '../execute.ts';
import type { StoredResult } from '../store.ts';
import { type Execute, trialJudge } from './judge.ts';
import { summaryOf, writeOutputs } from './outputs.ts';
import { trialTeller } from './teller.ts';

export async function coordinateTune(
  declared: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
  execute: Execute = executeStage,
): Promise<Executed> {
  const completed = completeStage(declared, (stage, value) => upstream.get(stage)?.values[value]);
  if (!completed.ok)
    return { type: 'failed', diagnostic: firstOf(completed.diagnostics, declared), reason: '' };
  const stage = completed.value;
  const made = await fingerprintStage(stage, graph, upstream, run);
  const found = await findResult(made, stage, run);
  if (found) return { type: 'cached', result: found, fingerprint: made, reason: 'cached' };
  const reason = reasonText(await reasonToRun(stage, made, run));
  run.emit({ type: 'stage-start', stage: stage.name, reason, continuesFrom: null });
  const started = performance.now();
  const tuning = tuningOf(stage, graph, upstream);
  // What is to run anew is the search; its trials' stages only share names with those outside.
  const result = await search(tuning, { ...run, rerun: new Set() }, execute);
  if (result === 'interrupted') return { type: 'interrupted', reason };
  const timed = {
    ...result,
    createdAt: new Date().toISOString(),
    seconds: (performance.now() - started) / 1000,
  };
  await run.store.record(made.hash, stage.kind, made.parts, timed);
  return { type: 'ran', result: timed, fingerprint: made, reason };
}

/** Failure `too-many-failures` or `no-trial-worked`. */
async function search(
  tuning: Tuning,
  run: Execution,
  execute: Execute,
): Promise<StoredResult | 'interrupted'> {
  const { params } = tuning;
  const oracle = makeOracle(params, readSpace(params.space), tuning.seed);
  const teller = trialTeller(tuning, oracle, run);
  const judge = trialJudge(tuning, run, teller, execute);
  const searched = await runSearch(oracle, judge.judge, {
    better: tuning.better,
    executions: params.executions,
    maxFailures: params.maxFailures,
    prune: params.prune?.median ?? null,
    parallel: params.parallel,
    // More would only wait for a slot.
    atOnce: params.parallel,
    onTrial: teller.onTrial,
  });
  if (searched.outcome === 'interrupted') return 'interrupted';
  if (searched.outcome === 'too-many-failures') throw tooManyFailures(tuning, searched);
  const best = bestOf(searched.trials, tuning.better);
  if (!best) throw noTrialWorked(tuning, searched);
  const training = await judge.whole(best);
  if (training === 'interrupted') return 'interrupted';
  const ports = await writeOutputs(tuning, searched.trials, best, training, run);
  return {
    version: 1,
    engine: null,
    ports,
    values: valuesOf(best),
    summary: summaryOf(tuning, searched.trials, best, teller.epochsTrained()),
    facts: {},
    createdBy: run.version,
    seconds: 0,
  };
}

function valuesOf(best: Trial<TrialTraining>): StoredResult['values'] {
  const values = Object.entries(best.point).map(([name, value]) => [`best.${name}`, value]);
  return { ...Object.fromEntries(values), 'best.objective': best.objective ?? Number.NaN };
}

function firstReason({ trials }: Searched<TrialTraining>): string {
  const first = trials.find(({ status }) => status === 'failed');
  return `trial ${first?.trial}: ${first?.reason}`;
}

function tooManyFailures(tuning: Tuning, searched: Searched<TrialTraining>): Failure {
  const failures = searched.trials.filter(({ status }) => status === 'failed').length;
  return new Failure(
    'too-many-failures',
    `${failures} trials of \`${tuning.stage.name}\` failed, more than maxFailures (${tuning.params.maxFailures}). ${firstReason(searched)}`,
    { fix: 'mend the trial, narrow the space, or raise `maxFailures`' },
  );
}

function noTrialWorked(tuning: Tuning, searched: Searched<TrialTraining>): Failure {
  const message = `no trial of \`${tuning.stage.name}\` worked. ${firstReason(searched)}`;
  return new Failure('no-trial-worked', message, { fix: 'mend the trial or narrow the space' });
}
