/** A tune stage with what its search needs to know of it. */
import type { Stages } from '../generated/types.ts';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { judgedStage } from '../pipeline/trial-stages.ts';
import type { PortContent, StoredResult } from '../run/store.ts';
import { paramsOf } from '../stages/params.ts';
import type { UpstreamResults } from './stage-fingerprint.ts';

export interface Tuning {
  readonly stage: GraphStage;
  readonly graph: Graph;
  readonly upstream: UpstreamResults;
  readonly params: Stages['tune'];
  readonly seed: number;
  /** The value of the judged training that counts: `valAccuracy`. */
  readonly metric: string;
  /** 1 where more is better, else -1. */
  readonly better: 1 | -1;
  /** The trial's stage that is judged. */
  readonly judged: string;
}

/** What a trial's training left. */
export interface TrialTraining {
  readonly seed: number;
  readonly epochs: number;
  /** By name, a metric after each epoch. */
  readonly curves: { readonly [metric: string]: readonly (number | null)[] };
  /** Null where only its numbers are known, from a longer training. */
  readonly model: PortContent | null;
  readonly trained: PortContent | null;
  /** What it was computed on. */
  readonly engine: StoredResult['engine'];
}

export function tuningOf(stage: GraphStage, graph: Graph, upstream: UpstreamResults): Tuning {
  const params = paramsOf('tune', stage.params);
  const judged = judgedStage(stage, graph.pipeline.kinds.named);
  if (judged === null) throw new Error('an unchecked trial');
  return {
    stage,
    graph,
    upstream,
    params,
    judged,
    seed: stage.seed ?? graph.pipeline.seed,
    metric: params.objective.maximize ?? params.objective.minimize ?? 'valAccuracy',
    better: params.objective.minimize === undefined ? 1 : -1,
  };
}
