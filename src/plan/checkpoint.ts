/** Where a training goes on from. */
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { Store } from '../run/store.ts';
import type { DecideContext } from './decide.ts';
import type { Fingerprint } from './fingerprint.ts';

/** The newest usable checkpoint of the same training, however long; none for a stage that is asked to run anew. */
export async function checkpointOf(
  stage: GraphStage,
  made: Fingerprint,
  context: Pick<DecideContext, 'store' | 'engine' | 'rerun'>,
): ReturnType<Store['checkpoints']['latest']> {
  if (made.prefix === null || context.rerun.has(stage.name)) return null;
  return context.store.checkpoints.latest(made.prefix, context.engine.identity, epochsOf(stage));
}

/** How long a training may go on: its `epochs`. */
export function epochsOf(stage: GraphStage): number {
  const { epochs } = stage.params;
  return typeof epochs === 'number' ? epochs : 0;
}
