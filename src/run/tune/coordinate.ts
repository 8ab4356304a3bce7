/**
 * `tune` is coordinated in the runner's own process and holds no slot: its trials' stages go through the same
 * `executeStage` as everything else, so that they are cached and continued like any other.
 */
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { Graph, GraphStage } from '../../pipeline/pipeline.ts';
import type { UpstreamResults } from '../../plan/stage-fingerprint.ts';
import { type TrialTraining, type Tuning, tuningOf } from '../../plan/tuning.ts';
import { makeOracle } from '../../tune/oracles.ts';
import { runSearch, type Searched } from '../../tune/search.ts';
import { readSpace } from '../../tune/space.ts';
import { bestOf, type Trial } from '../../tune/trials.ts';
import { type Executed, type Execution, executeStage, type Job } from '../execute.ts';
import type { StoredResult } from '../store.ts';
import { limited, tookTooLong } from '../tries.ts';
import { type Execute, trialJudge } from './judge.ts';
import { summaryOf, writeOutputs } from './outputs.ts';
import { trialTeller } from './teller.ts';

/** It takes its turn like any stage, for the mutex alone: one of several processes that want the same search does it. */
export function coordinateTune(
  declared: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
  execute: Execute = executeStage,
): Promise<Executed> {
  const policy = { ...declared.policy, resources: { cpu: 0, gpu: 0, memory: 0 } };
  return executeStage({ ...declared, policy }, graph, upstream, run, (job, _checkpoint, own) =>
    coordinated(job, own, execute),
  );
}

async function coordinated(job: Job, run: Execution, execute: Execute): Promise<Executed> {
  const { stage, graph, upstream, made, reason } = job;
  const started = performance.now();
  const stopping = limited(run, stage.policy.timeoutMs);
  try {
    const tuning = tuningOf(stage, graph, upstream);
    // What is to run anew is the search; its trials' stages only share names with those outside.
    const inside = { ...run, signal: stopping.stop, kill: stopping.kill, rerun: new Set<string>() };
    const result = await search(tuning, inside, execute);
    if (result === 'interrupted' && stopping.timedOut())
      return { type: 'failed', diagnostic: tookTooLong(stage, []), reason };
    if (result === 'interrupted') return { type: 'interrupted', reason };
    const seconds = (performance.now() - started) / 1000;
    const timed = { ...result, createdAt: new Date().toISOString(), seconds };
    await run.store.record(made.hash, stage.kind, made.parts, timed);
    return { type: 'ran', result: timed, fingerprint: made, reason };
  } finally {
    stopping.clear();
  }
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
  const engine = judge.engine();
  const ports = await writeOutputs(tuning, searched.trials, best, training, engine, run);
  return {
    version: 1,
    engine,
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
