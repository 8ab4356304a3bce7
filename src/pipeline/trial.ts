/** One trial of a tune stage: its inline pipeline with the point's values in place. */
import type { Result } from '../diagnostics/diagnostic.ts';
import { corners, type Point, readSpace } from '../tune/space.ts';
import type { Graph, GraphStage, Stage } from './pipeline.ts';
import { resolveStages } from './read.ts';
import { readTrial, type TrialAsk } from './trial-stages.ts';

/** Names resolve in the trial first, then among the stages before the search. */
export function trialGraph(tune: GraphStage, graph: Graph, ask: TrialAsk): Result<Graph> {
  const { stages, broken, problems } = readTrial(tune, graph.pipeline, ask);
  const before = graph.order.slice(
    0,
    graph.order.findIndex(({ name }) => name === tune.name),
  );
  // Of a stage with a matrix the trial sees the cell that its search depends on: the last of a name counts.
  const isNear = ({ name }: Stage): boolean => tune.dependsOn.includes(name);
  const outer = [...before.filter((one) => !isNear(one)), ...before.filter(isNear)];
  const seed = (tune.seed ?? graph.pipeline.seed) + ask.execution;
  return resolveStages({ ...graph.pipeline, stages, seed }, { broken, problems, outer });
}

/** What the trials at the corners of the space are, before anything runs. */
export function cornerTrials(
  tune: GraphStage,
  graph: Graph,
  epochs = Number(tune.params.epochs),
): { readonly point: Point; readonly trial: Result<Graph> }[] {
  return corners(readSpace(tune.params.space)).map((point) => ({
    point,
    trial: trialGraph(tune, graph, { point, epochs, execution: 0 }),
  }));
}
