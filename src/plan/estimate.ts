/** How long a stage will take, from what it took in the newest earlier run of this file and profile. */
import type { GraphStage } from '../pipeline/pipeline.ts';
import { epochsOf } from './checkpoint.ts';
import type { DecideContext } from './decide.ts';
import { engineName } from './decide.ts';
import type { PastStage } from './history.ts';

/** Seconds; null when no earlier run on this engine tells. A training is counted by its epochs. */
export async function estimate(
  stage: GraphStage,
  continuesFrom: number | null,
  context: Pick<DecideContext, 'kinds' | 'history' | 'engine'>,
): Promise<number | null> {
  const engine = engineName(context.engine.identity);
  const counts = context.kinds(stage.kind)?.continues !== undefined;
  const fits = (past: PastStage): boolean =>
    past.outcome === 'ran' &&
    (past.engine === null || engineName(past.engine) === engine) &&
    (!counts || trainedEpochs(past) > 0);
  const past = await context.history.find(stage.name, fits);
  if (!past) return null;
  if (!counts) return past.seconds;
  return (past.seconds / trainedEpochs(past)) * Math.max(0, epochsOf(stage) - (continuesFrom ?? 0));
}

function trainedEpochs({ values, continuedFrom }: PastStage): number {
  return typeof values.epochs === 'number' ? values.epochs - (continuedFrom ?? 0) : 0;
}
