/** The components of a search's trials: they decide its outcome as its own do. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { cornerTrials } from '../pipeline/trial.ts';
import { named } from '../stages/components.ts';
import type { Component, Kind } from '../stages/kind.ts';

/** Of all stages of all trials: a choice may decide between components, so each of its values is looked at. */
export function trialComponents(
  tune: GraphStage,
  graph: Graph,
  kinds: (name: string) => Kind | undefined,
): Component[] {
  // Their number of epochs decides no component, and may come while it runs.
  return cornerTrials(tune, graph, 1).flatMap(({ trial }) => {
    if (!trial.ok) return [];
    return trial.value.order.flatMap((stage) => {
      const kind = kinds(stage.kind);
      const draws = kind?.draws(stage.params) ?? false;
      return [...(kind?.components(stage.params) ?? []), ...(draws ? [named('random')] : [])];
    });
  });
}
