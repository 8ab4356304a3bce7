/** What a search leaves: all trials as JSON and CSV, the winner's model and training, facts for reports. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrialTraining, Tuning } from '../../plan/tuning.ts';
import type { JsonObject } from '../../stages/kind.ts';
import { csvOf, type TrialRow } from '../../tune/table.ts';
import { ranked, type Trial } from '../../tune/trials.ts';
import type { Execution } from '../execute.ts';
import type { StoredResult } from '../store.ts';

type Trials = readonly Trial<TrialTraining>[];

export async function writeOutputs(
  tuning: Tuning,
  trials: Trials,
  best: Trial<TrialTraining>,
  training: TrialTraining,
  engine: StoredResult['engine'],
  run: Execution,
): Promise<StoredResult['ports']> {
  if (!training.model || !training.trained) throw new Error('a training leaves a model');
  const work = await run.store.workFolder();
  const file = trialsFile(tuning, trials, best);
  await write(join(work, 'trials'), 'trials.json', json(file));
  await write(join(work, 'trials'), 'trials.csv', csvOf(file.trials));
  await write(join(work, 'facts'), 'facts.json', json(factsOf(tuning, best, file.epochs, engine)));
  const ports = {
    bestModel: training.model,
    bestTrained: training.trained,
    trials: run.store.portContent('trials', await run.store.adoptFolder(join(work, 'trials'))),
    facts: run.store.portContent('facts', await run.store.adoptFolder(join(work, 'facts'))),
  };
  await run.store.removeWork(work);
  return ports;
}

/** `9 trials (1 failed) · valAccuracy 0.7421: filters 96, learningRate 0.0023 · 22 of 22 epochs trained`. */
export function summaryOf(
  tuning: Tuning,
  trials: Trials,
  best: Trial<TrialTraining>,
  trainedNow: number,
): string {
  const odd = (['failed', 'pruned', 'stopped'] as const)
    .map((status) => [trials.filter((trial) => trial.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`);
  const error = best.error === null ? '' : ` ± ${best.error.toFixed(4)}`;
  const values = Object.entries(best.point).map(([name, value]) => `${name} ${short(value)}`);
  const { budgeted } = epochsOf(tuning, trials);
  return [
    `${trials.length} trials${odd.length > 0 ? ` (${odd.join(', ')})` : ''}`,
    `${tuning.metric} ${best.objective?.toFixed(4)}${error}: ${values.join(', ')}`,
    `${trainedNow} of ${budgeted} epochs trained`,
  ].join(' · ');
}

const short = (value: number | string | boolean): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);

interface TrialsFile extends JsonObject {
  readonly epochs: { readonly trained: number; readonly budgeted: number; readonly anew: number };
  readonly trials: readonly (TrialRow & JsonObject)[];
}

function trialsFile(tuning: Tuning, trials: Trials, best: Trial<TrialTraining>): TrialsFile {
  const { params, better } = tuning;
  return {
    version: 1,
    search: JSON.parse(JSON.stringify(params.search)),
    objective: JSON.parse(JSON.stringify(params.objective)),
    space: JSON.parse(JSON.stringify(params.space)),
    executions: params.executions,
    best: best.trial,
    /** Best first. */
    ranking: ranked(trials, better).map(({ trial }) => trial),
    epochs: epochsOf(tuning, trials),
    trials: trials.map(rowOf),
  };
}

/** Trained: as its histories have them, fewer where a training stopped early. Anew: were each rung trained from its start. */
function epochsOf({ params }: Tuning, trials: Trials): TrialsFile['epochs'] {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    trained: sum(trials.flatMap(({ executions }) => executions.map(({ own }) => own.epochs))),
    budgeted: params.executions * sum(trials.map(({ budget }) => budget)),
    anew: params.executions * sum(trials.flatMap(({ rungs }) => rungs.map(({ epochs }) => epochs))),
  };
}

function rowOf(trial: Trial<TrialTraining>): TrialsFile['trials'][number] {
  const { executions, rungs, budget, ...row } = trial;
  return {
    ...row,
    epochs: { trained: Math.max(0, ...executions.map(({ own }) => own.epochs)), budgeted: budget },
    rungs: rungs.map((rung) => ({ ...rung })),
    executions: executions.map(({ objective, own }) => ({
      seed: own.seed,
      objective,
      epochs: own.epochs,
      curves: own.curves,
    })),
  };
}

function factsOf(
  { params }: Tuning,
  best: Trial<TrialTraining>,
  epochs: TrialsFile['epochs'],
  engine: StoredResult['engine'],
): JsonObject {
  const { search, objective, space, executions, prune } = JSON.parse(JSON.stringify(params));
  return {
    version: 1,
    kind: 'tune',
    params: { search, objective, epochs: params.epochs, executions, prune: prune ?? null, space },
    engine,
    versions: {},
    facts: { best: best.trial, objective: best.objective, error: best.error, epochs },
    values: best.point,
    summary: '',
  };
}

async function write(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
}

const json = (value: JsonObject): string => `${JSON.stringify(value, null, 2)}\n`;
