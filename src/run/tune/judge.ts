/** Trains a trial and judges it: each of its stages is a run like any other. */
import type { Graph, GraphStage } from '../../pipeline/pipeline.ts';
import { trialGraph } from '../../pipeline/trial.ts';
import { canonicalize } from '../../plan/canonical.ts';
import { engineName } from '../../plan/decide.ts';
import { judgedBy, knownFailure, knownTraining } from '../../plan/known-trial.ts';
import type { UpstreamResults } from '../../plan/stage-fingerprint.ts';
import type { TrialTraining, Tuning } from '../../plan/tuning.ts';
import type { Judge, Judged } from '../../tune/search.ts';
import type { Trial } from '../../tune/trials.ts';
import type { Executed, Execution, executeStage } from '../execute.ts';
import type { EngineIdentity, StoredResult } from '../store.ts';
import { rememberFailure } from './failures.ts';
import type { TrialTeller } from './teller.ts';

/** How a trial's stages are run. */
export type Execute = typeof executeStage;

type Ask = Parameters<Judge<TrialTraining>>[0];

export interface TrialJudge {
  readonly judge: Judge<TrialTraining>;
  /** The first training of a trial with all that it left. */
  whole(trial: Trial<TrialTraining>): Promise<TrialTraining | 'interrupted'>;
  /** What all that was judged was computed on: the cache may have had some of it from other engines. */
  engine(): StoredResult['engine'];
}

export function trialJudge(
  tuning: Tuning,
  run: Execution,
  teller: TrialTeller,
  execute: Execute,
): TrialJudge {
  const engines = new Engines();
  const runIn =
    (ask: Ask) =>
    (stage: string): Execution =>
      teller.inside(run, ask, stage);
  return {
    engine: () => engines.all(),
    judge: async (ask) => {
      const trial = trialGraph(tuning.stage, tuning.graph, ask);
      if (!trial.ok) return { type: 'failed', reason: trial.diagnostics[0]?.message ?? 'it is wrong' };
      return judged(tuning, trial.value, runIn(ask), { ask, execute, known: knownTraining, engines });
    },
    whole: async (trial) => {
      const [first] = trial.executions;
      if (first?.own.trained) return first.own;
      const ask = { ...trial, epochs: trial.budget, execution: 0 };
      const made = trialGraph(tuning.stage, tuning.graph, ask);
      if (!made.ok) throw new Error('a judged trial is a graph');
      const unknown = async (): Promise<null> => null;
      const again = await judged(tuning, made.value, runIn(ask), { ask, execute, known: unknown, engines });
      if (again.type === 'judged') return again.own;
      if (again.type === 'interrupted') return 'interrupted';
      throw new Error(`trial ${trial.trial} worked before`);
    },
  };
}

interface Judging {
  readonly ask: Ask;
  readonly execute: Execute;
  readonly known: typeof knownTraining;
  readonly engines: Engines;
}

/** `runIn`: of each stage. */
async function judged(
  tuning: Tuning,
  trial: Graph,
  runIn: (stage: string) => Execution,
  { ask, execute, known, engines }: Judging,
): Promise<Judged<TrialTraining>> {
  const results: UpstreamResults = new Map(tuning.upstream);
  for (const step of trial.order) {
    const run = runIn(step.name);
    const before =
      step.name === tuning.judged
        ? await known(step, tuning, trial, results, ask, run)
        : await knownFailure(step, trial, results, run);
    if (before?.type === 'judged') engines.add(before.own.engine);
    if (before) return before;
    const executed = await execute(step, trial, results, run);
    if (!('result' in executed)) return failedOr(executed, step, trial, results, run);
    engines.add(executed.result.engine);
    results.set(step.name, executed.result);
  }
  return judgedBy(tuning, trial, results, runIn(tuning.judged));
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

/** A result of several engines is none of a single one's own. */
class Engines {
  readonly #engines = new Map<string, EngineIdentity>();

  add(engine: StoredResult['engine']): void {
    if (engine) this.#engines.set(canonicalize(engine), engine);
  }

  all(): StoredResult['engine'] {
    const of = [...this.#engines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, engine]) => engine);
    return of.length > 1 ? { engine: of.map(engineName).join(' and '), of } : (of[0] ?? null);
  }
}
