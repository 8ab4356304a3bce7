/** Stages in an order in which each comes after what it depends on; what has no such order is a cycle. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { GraphStage } from './pipeline.ts';

/** The file's order where references leave a choice. Cycles are told, each once, and left out. */
export function sorted(stages: readonly GraphStage[], problems: Diagnostic[]): GraphStage[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const order: GraphStage[] = [];
  const open = new Map<string, number>();
  const done = new Set<string>();
  const way: GraphStage[] = [];
  const visit = (stage: GraphStage): void => {
    const since = open.get(stage.name);
    if (since !== undefined) return void problems.push(cycle(way.slice(since)));
    if (done.has(stage.name)) return;
    open.set(stage.name, way.push(stage) - 1);
    for (const name of stage.dependsOn) {
      const next = byName.get(name);
      if (next) visit(next);
    }
    way.pop();
    open.delete(stage.name);
    done.add(stage.name);
    order.push(stage);
  };
  for (const stage of stages) visit(stage);
  return order;
}

function cycle(way: readonly GraphStage[]): Diagnostic {
  const [first] = way;
  if (!first) throw new Error('a cycle has a stage');
  const steps = way.map((stage, i) => {
    const next = way[(i + 1) % way.length]?.name ?? '';
    const param = stage.edges.find((edge) => edge.stage === next)?.param;
    const path = param ?? stage.deferred.find((one) => one.stage === next)?.path ?? '';
    return { message: `\`${stage.name}\` needs \`${next}\``, place: stage.placeOf(path) };
  });
  return {
    severity: 'error',
    code: 'cycle',
    message: `stages depend on each other: ${[...way, first].map((stage) => stage.name).join(' → ')}`,
    place: steps[0]?.place ?? first.place,
    fix: 'one of these references must go',
    // The first is the place itself.
    related: steps.slice(1),
  };
}
