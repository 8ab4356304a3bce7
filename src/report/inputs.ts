/** The content that a report is made from. */
import { readFileSync } from 'node:fs';
import type { EpochMetrics } from '../nn/callbacks.ts';
import type { Artifact } from '../stages/context.ts';

export interface Training {
  readonly stage: string;
  readonly history: {
    readonly epochs: readonly EpochMetrics[];
    readonly keptEpoch: number;
    readonly stopped: null | { readonly epoch: number; readonly reason: string };
    readonly events: readonly string[];
  };
}
export interface Evaluation {
  readonly stage: string;
  readonly metrics: {
    readonly split: string;
    readonly rows: number;
    readonly loss: number;
    readonly accuracy: number;
    readonly classes: readonly string[];
    readonly confusion: readonly (readonly number[])[];
    readonly perClass: readonly {
      readonly class: string;
      readonly precision: number;
      readonly recall: number;
      readonly f1: number;
      readonly support: number;
    }[];
  };
}
export interface Picture {
  readonly stage: string;
  readonly title: string;
  readonly base64: string;
}
export interface Facts {
  readonly stage: string;
  readonly facts: {
    readonly params: { readonly [name: string]: unknown };
    readonly facts: { readonly [name: string]: unknown };
    readonly versions: { readonly [name: string]: unknown };
  };
}
export interface Input {
  readonly trainings: readonly Training[];
  readonly evaluations: readonly Evaluation[];
  readonly pictures: readonly Picture[];
  readonly facts: readonly Facts[];
}

export function readInputs(artifacts: readonly Artifact[]): Input {
  const of = (type: string): Artifact[] => artifacts.filter((artifact) => artifact.type === type);
  return {
    trainings: of('history').map((artifact) => ({
      stage: artifact.stage,
      history: json(artifact, 'history.json'),
    })),
    evaluations: of('metrics').map((artifact) => ({
      stage: artifact.stage,
      metrics: json(artifact, 'metrics.json'),
    })),
    pictures: [...of('image'), ...of('predictions')].flatMap(pictures),
    facts: of('facts').map((artifact) => ({ stage: artifact.stage, facts: json(artifact, 'facts.json') })),
  };
}

/** Artifacts are written by this program alone and checked by hash: their form is the writer's. */
function json<T>(artifact: Artifact, path: string): T {
  return JSON.parse(readFileSync(artifact.files[path] ?? '', 'utf8'));
}

const titles = new Map([
  ['samples.png', 'Samples of each class'],
  ['sheet.png', 'Augmentation: originals, each operation alone, all together'],
  ['mistakes.png', 'The most confident mistakes'],
]);

function pictures(artifact: Artifact): Picture[] {
  return Object.entries(artifact.files)
    .filter(([path]) => path.endsWith('.png'))
    .map(([path, file]) => ({
      stage: artifact.stage,
      title: titles.get(path) ?? path,
      base64: readFileSync(file).toString('base64'),
    }));
}
