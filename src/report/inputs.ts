/** The content that a report is made from. */
import { readFileSync } from 'node:fs';
import type { SheetPlan } from '../data/sheet.ts';
import { type Predictions, readPredictions } from '../experiments/predictions.ts';
import type { EpochMetrics } from '../nn/callbacks.ts';
import type { LineageStage } from '../plan/lineage.ts';
import type { Artifact } from '../stages/context.ts';
import type { JsonObject } from '../stages/kind.ts';

export interface Training {
  readonly stage: string;
  readonly epochs: readonly EpochMetrics[];
  readonly keptEpoch: number;
  readonly stopped: null | { readonly epoch: number; readonly reason: string };
}

export interface ClassScore {
  readonly class: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

export interface Metrics {
  readonly split: string;
  readonly rows: number;
  /** A digest of which examples they were; those of an earlier `pipe` do not say. */
  readonly examples?: string;
  readonly loss: number;
  readonly accuracy: number;
  readonly classes: readonly string[];
  /** Rows are true classes, columns predicted ones. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassScore[];
}

export interface Evaluation {
  readonly stage: string;
  readonly metrics: Metrics;
  readonly predictions: Predictions | null;
}

export interface Sheet {
  readonly stage: string;
  readonly base64: string;
  readonly sheet: SheetPlan;
  /** Labels of its columns or rows, where it has any. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

export interface Mistakes {
  readonly stage: string;
  readonly base64: string;
  readonly sheet: SheetPlan;
  readonly mistakes: readonly {
    readonly row: number;
    readonly class: string;
    readonly predicted: string;
    readonly confidence: number;
  }[];
}

export interface Facts {
  readonly stage: string;
  readonly kind: string;
  readonly params: JsonObject;
  readonly engine: JsonObject | null;
  readonly versions: JsonObject;
  readonly facts: JsonObject;
  readonly summary: string;
}

export interface Trials {
  readonly stage: string;
  readonly objective: JsonObject;
  readonly best: number | null;
  /** Numbers of trials, the best first. */
  readonly ranking: readonly number[];
  readonly trials: readonly TrialRow[];
}

export interface TrialRow {
  readonly trial: number;
  readonly point: JsonObject;
  readonly objective: number | null;
  readonly error: number | null;
  readonly executions: readonly {
    readonly curves: { readonly [metric: string]: readonly (number | null)[] };
  }[];
}

export interface Input {
  readonly graph: readonly LineageStage[];
  readonly trainings: readonly Training[];
  readonly evaluations: readonly Evaluation[];
  readonly samples: readonly Sheet[];
  readonly augmentations: readonly Sheet[];
  readonly mistakes: readonly Mistakes[];
  readonly facts: readonly Facts[];
  readonly trials: readonly Trials[];
}

export async function readInputs(
  artifacts: readonly Artifact[],
  graph: readonly LineageStage[],
): Promise<Input> {
  const of = (type: string): Artifact[] => artifacts.filter((artifact) => artifact.type === type);
  const predictions = new Map(
    of('predictions')
      .filter(({ files }) => 'probabilities.npy' in files && 'labels.npy' in files)
      .map((artifact) => [artifact.stage, artifact]),
  );
  const metrics = readAll<Metrics>(of('metrics'), 'metrics.json', metricsForm);
  const evaluations = metrics.map(async ({ stage, ...metrics }): Promise<Evaluation> => {
    const own = predictions.get(stage);
    return { stage, metrics, predictions: own ? await readPredictions(own) : null };
  });
  return {
    graph,
    trainings: readAll<Omit<Training, 'stage'>>(of('history'), 'history.json', historyForm),
    evaluations: await Promise.all(evaluations),
    samples: sheets(of('image'), 'samples'),
    augmentations: sheets(of('image'), 'sheet'),
    mistakes: of('predictions').flatMap(mistakes),
    facts: of('facts').map((artifact) => ({
      stage: artifact.stage,
      ...json<Omit<Facts, 'stage'>>(artifact, 'facts.json'),
    })),
    trials: readAll<Omit<Trials, 'stage'>>(of('trials'), 'trials.json', trialsForm),
  };
}

type Form = { readonly [key: string]: 'array' | 'number' | 'object' | 'string' };
const metricsForm: Form = {
  ...{ split: 'string', rows: 'number', loss: 'number', accuracy: 'number' },
  ...{ classes: 'array', confusion: 'array', perClass: 'array' },
};
const historyForm: Form = { epochs: 'array', keptEpoch: 'number' };
const trialsForm: Form = { objective: 'object', ranking: 'array', trials: 'array' };

/** A module of the project's may put files of another form into a port of the same type: those are not shown. */
function readAll<T>(artifacts: readonly Artifact[], path: string, form: Form): (T & { stage: string })[] {
  return artifacts.flatMap((artifact) => {
    const file = artifact.files[path];
    const read = file === undefined ? null : parsed(readFileSync(file, 'utf8'));
    return hasForm<T>(read, form) ? [{ ...read, stage: artifact.stage }] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function hasForm<T>(value: unknown, form: Form): value is T {
  if (typeof value !== 'object' || value === null) return false;
  const found = new Map<string, unknown>(Object.entries(value));
  return Object.entries(form).every(([key, type]) => {
    const own = found.get(key);
    return type === 'array' ? Array.isArray(own) : typeof own === type;
  });
}

/** Artifacts are written by this program alone and checked by hash: their form is the writer's. */
function json<T>(artifact: Artifact, path: string): T {
  return JSON.parse(readFileSync(artifact.files[path] ?? '', 'utf8'));
}

const base64 = (artifact: Artifact, path: string): string =>
  readFileSync(artifact.files[path] ?? '').toString('base64');

function sheets(artifacts: readonly Artifact[], name: string): Sheet[] {
  return artifacts
    .filter((artifact) => artifact.files[`${name}.png`] !== undefined)
    .map((artifact) => ({
      ...{ columns: [], rows: [] },
      ...json<Omit<Sheet, 'stage' | 'base64'>>(artifact, `${name}.json`),
      stage: artifact.stage,
      base64: base64(artifact, `${name}.png`),
    }));
}

/** Without mistakes there is no picture of them. */
function mistakes(artifact: Artifact): Mistakes[] {
  if (artifact.files['mistakes.png'] === undefined) return [];
  return [
    {
      ...json<Pick<Mistakes, 'sheet' | 'mistakes'>>(artifact, 'mistakes.json'),
      stage: artifact.stage,
      base64: base64(artifact, 'mistakes.png'),
    },
  ];
}
