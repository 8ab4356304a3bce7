/** The components of a search's trials: they decide its outcome as its own do. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { trialGraph } from '../pipeline/trial.ts';
import { named } from '../stages/components.ts';
import type { Component, Kind } from '../stages/kind.ts';
import { corners, readSpace } from '../tune/space.ts';

/** Of all stages of all trials: a choice may decide between components, so each of its values is looked at. */
export function trialComponents(
  tune: GraphStage,
  graph: Graph,
  kinds: (name: string) => Kind | undefined,
): Component[] {
  return corners(readSpace(tune.params.space)).flatMap((point) => {
    const trial = trialGraph(tune, graph, { point, epochs: 1, execution: 0 });
    if (!trial.ok) return [];
    return trial.value.order.flatMap((stage) => {
      const kind = kinds(stage.kind);
      const draws = kind?.draws(stage.params) ?? false;
      return [...(kind?.components(stage.params) ?? []), ...(draws ? [named('random')] : [])];
    });
  });
}
