import type { Graph, GraphStage } from '../pipeline/pipeline.ts';

/** A stage that another is made from, and what it is made from itself. */
export interface LineageStage {
  readonly name: string;
  readonly kind: string;
  readonly from: readonly string[];
}

/** Everything that a stage is made from, in topological order, itself left out. */
export function lineage(stage: GraphStage, graph: Graph): LineageStage[] {
  const needed = neededFor(stage.dependsOn, graph);
  return graph.order
    .filter((other) => needed.has(other.name))
    .map((other) => ({ name: other.name, kind: other.kind, from: other.dependsOn }));
}

/** These and all that they depend on. */
export function neededFor(names: readonly string[], { order }: Graph): Set<string> {
  const needed = new Set(names);
  for (const stage of order.toReversed())
    if (needed.has(stage.name)) for (const name of stage.dependsOn) needed.add(name);
  return needed;
}
