import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import type { CommonFlags } from './main.ts';
import { readGraph } from './open.ts';
import { print, printJson, talk } from './output.ts';

export async function graph(file: string, flags: CommonFlags & { readonly format: string }): Promise<number> {
  const read = readGraph(file, flags);
  if (!read.ok) {
    (await talk()).diagnostics(read.diagnostics);
    return 2;
  }
  if (flags.json)
    printJson({ version: 1, pipeline: read.value.pipeline.name, stages: read.value.order.map(described) });
  else print(flags.format === 'mermaid' ? mermaid(read.value) : text(read.value));
  return 0;
}

function described(stage: GraphStage): object {
  return {
    name: stage.name,
    kind: stage.kind,
    dependsOn: stage.dependsOn,
    inputs: stage.edges.map(({ param, stage: from, ports }) => ({ param, stage: from, ports })),
  };
}

function text(of: Graph): string {
  const width = Math.max(...of.order.map((stage) => stage.name.length));
  return of.order
    .map((stage) =>
      `${stage.name.padEnd(width)}  ${stage.dependsOn.length > 0 ? `← ${stage.dependsOn.join(', ')}` : ''}`.trimEnd(),
    )
    .join('\n');
}

/** A stage's id is its number: names may hold what Mermaid reads as syntax. */
function mermaid(of: Graph): string {
  const id = new Map(of.order.map((stage, i) => [stage.name, `s${i}`]));
  const nodes = of.order.map(
    (stage) =>
      `  ${id.get(stage.name)}["${stage.name}${stage.kind === stage.name ? '' : ` (${stage.kind})`}"]`,
  );
  const edges = of.order.flatMap((stage) =>
    stage.dependsOn.map((from) => `  ${id.get(from)} --> ${id.get(stage.name)}`),
  );
  return ['graph TD', ...nodes, ...edges].join('\n');
}
