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
  const predictions = new Map(of('predictions').map((artifact) => [artifact.stage, artifact]));
  const evaluations = of('metrics').map(async (artifact): Promise<Evaluation> => {
    const own = predictions.get(artifact.stage);
    return {
      stage: artifact.stage,
      metrics: json(artifact, 'metrics.json'),
      predictions: own ? await readPredictions(own) : null,
    };
  });
  return {
    graph,
    trainings: of('history').map((artifact) => ({
      stage: artifact.stage,
      ...json<Omit<Training, 'stage'>>(artifact, 'history.json'),
    })),
    evaluations: await Promise.all(evaluations),
    samples: sheets(of('image'), 'samples'),
    augmentations: sheets(of('image'), 'sheet'),
    mistakes: of('predictions').flatMap(mistakes),
    facts: of('facts').map((artifact) => ({
      stage: artifact.stage,
      ...json<Omit<Facts, 'stage'>>(artifact, 'facts.json'),
    })),
    trials: of('trials').map((artifact) => ({
      stage: artifact.stage,
      ...json<Omit<Trials, 'stage'>>(artifact, 'trials.json'),
    })),
  };
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
