import type { Graph, GraphStage } from '../pipeline/pipeline.ts';

/** A stage that another is made from, and what it is made from itself. */
export interface LineageStage {
  readonly name: string;
  readonly kind: string;
  readonly from: readonly string[];
}

/** Everything that a stage is made from, in topological order, itself left out. */
export function lineage(stage: GraphStage, graph: Graph): LineageStage[] {
  const needed = new Set(stage.dependsOn);
  for (const other of [...graph.order].reverse())
    if (needed.has(other.name)) for (const name of other.dependsOn) needed.add(name);
  return graph.order
    .filter((other) => needed.has(other.name))
    .map((other) => ({ name: other.name, kind: other.kind, from: other.dependsOn }));
}
