// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
/** A small search whose model and data stand outside of the trial: a trial is one training. */
import type { TestContext } from 'node:test';
import type { RunEvent } from '../../src/run/events.ts';
import { eventsIn, makeProject, type Project } from '../rig/project.ts';

export interface Trials {
  readonly best: number;
  readonly ranking: readonly number[];
  readonly epochs: { readonly trained: number; readonly budgeted: number; readonly anew: number };
  readonly trials: readonly {
    readonly trial: number;
    readonly point: { readonly [name: string]: number | string | boolean };
    readonly status: string;
    readonly reason: string | null;
    readonly objective: number | null;
    readonly error: number | null;
    readonly epochs: { readonly trained: number; readonly budgeted: number };
    readonly executions: readonly {
      readonly seed: number;
      readonly objective: number;
      readonly curves: { readonly [metric: string]: readonly number[] };
    }[];
  }[];
}

export const frame = `version: 1
name: search
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 60, test: 20 }, validation: 0.2 }
  normalize: { data: download }
  build:
    input: [32, 32, 3]
    layers: [{ globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } }]
`;

export const training = `
    space: { learningRate: { float: [1.0e-3, 1.0e-1], log: true } }
    trial:
      train: { model: build, data: normalize, batchSize: 16, optimizer: { adam: { learningRate: "\${trial.learningRate}" } } }
`;

/** `how` is the search with what stands beside it. */
export const search = (how: string, rest = training): string =>
  `${frame}  tune:\n    objective: { minimize: valLoss }\n    ${how}${rest}`;

export interface SearchProject extends Project {
  /** Runs a search and hands back its trials, with the epochs that were really trained for it. */
  search(text: string): Trials & { readonly now: number; readonly events: readonly RunEvent[] };
}

export function searchProject(t: TestContext, env: NodeJS.ProcessEnv = {}): SearchProject {
  const project = makeProject(t, {}, env);
  return {
    ...project,
    search: (text) => {
      project.write('p.yaml', text);
      const { code, out, err } = project.pipe('run', 'p.yaml', '--json');
      if (code !== 0) throw new Error(`${out}\n${err}`);
      const events = eventsIn(out);
      const end = events.find((event) => event.type === 'stage-end' && event.stage === 'tune');
      const summary = end?.type === 'stage-end' && end.outcome === 'ran' ? end.summary : '· 0 of 0 epochs';
      const now = Number(/(\d+) of \d+ epochs/.exec(summary)?.[1]);
      return { ...trialsOf(project), now, events };
    },
  };
}

export function trialsOf(project: Project): Trials {
  return JSON.parse(project.read('cache/out/search/tune/trials/trials.json'));
}
