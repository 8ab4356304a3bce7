import type { PlannedStage } from '../plan/plan.ts';
import { reasonText } from '../plan/reason.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, refuse } from './output.ts';
import { described, openPlan } from './planned.ts';

export async function graph(file: string, flags: CommonFlags & { readonly format: string }): Promise<number> {
  const opened = await openPlan(file, flags);
  if (!opened.ok) return refuse(opened.diagnostics, flags);
  const { stages } = opened.value.plan;
  if (flags.json)
    printJson({ version: 1, pipeline: opened.value.graph.pipeline.name, stages: stages.map(node) });
  else print(flags.format === 'mermaid' ? mermaid(stages) : await text(stages));
  return 0;
}

function node(planned: PlannedStage): object {
  const { stage } = planned;
  const inputs = stage.edges.map(({ param, stage: from, ports }) => ({ param, stage: from, ports }));
  return { name: stage.name, inputs, ...described(planned) };
}

async function text(stages: readonly PlannedStage[]): Promise<string> {
  const { drawTree } = await import('../ui/tree.ts');
  const nodes = stages.map(({ stage, state, reason }) => ({
    name: stage.name,
    needs: stage.dependsOn,
    note: state === 'run' ? `run      ${reasonText(reason)}` : state,
  }));
  return drawTree(nodes);
}

/** What a plan's states look like where Mermaid is drawn. */
const styles = [
  'classDef hit fill:#e6f4ea,stroke:#34a853,color:#202124',
  'classDef run fill:#fef7e0,stroke:#f9ab00,color:#202124',
  'classDef depends fill:#f1f3f4,stroke:#9aa0a6,color:#202124,stroke-dasharray:4',
];

/** A stage's id is its number: names may hold what Mermaid reads as syntax. */
function mermaid(stages: readonly PlannedStage[]): string {
  const id = new Map(stages.map(({ stage }, i) => [stage.name, `s${i}`]));
  const nodes = stages.map(({ stage: { name, kind }, state }) => {
    const label = kind === name ? name : `${name} (${kind})`;
    return `${id.get(name)}["${label}"]:::${state}`;
  });
  const edges = stages.flatMap(({ stage }) =>
    stage.dependsOn.map((from) => `${id.get(from)} --> ${id.get(stage.name)}`),
  );
  return ['graph TD', ...[...nodes, ...edges, ...styles].map((line) => `  ${line}`)].join('\n');
}
