/** One trial of a tune stage: its inline pipeline with the point's values in place. */
import type { Diagnostic, Place, Result } from '../diagnostics/diagnostic.ts';
import type { Json } from '../stages/kind.ts';
import { kindNamed } from '../stages/registry.ts';
import type { MapNode, Node } from './nodes.ts';
import type { Graph, GraphStage } from './pipeline.ts';
import { resolveReferences } from './resolve.ts';
import { readStages, substitute } from './stages.ts';

/** Names resolve in the trial first, then among the stages that `tune` depends on. */
export function trialGraph(
  tune: GraphStage,
  graph: Graph,
  point: { readonly [name: string]: number | string },
): Result<Graph> {
  const known = new Map<string, Json>(
    Object.entries(point).map(([name, value]) => [`\${trial.${name}}`, value]),
  );
  const problems: Diagnostic[] = [];
  const node = positioned(substitute(tune.params.trial ?? {}, known), tune, 'trial');
  const stages = node.type === 'map' ? readStages(node, problems) : [];
  if (problems.length > 0) return { ok: false, diagnostics: problems };
  const outer = graph.order.filter((stage) => tune.dependsOn.includes(stage.name));
  return resolveReferences(
    { ...graph.pipeline, stages, seed: tune.seed ?? graph.pipeline.seed },
    kindNamed,
    outer,
  );
}

/** The trial's plain value again with the places that the file gave it. */
function positioned(value: Json, tune: GraphStage, path: string): Node {
  const place: Place = tune.placeOf(path);
  if (Array.isArray(value))
    return { type: 'list', items: value.map((item, i) => positioned(item, tune, `${path}.${i}`)), place };
  if (typeof value === 'object' && value !== null) {
    const entries: MapNode['entries'] = new Map(
      Object.entries(value).map(([key, inner]) => [
        key,
        { key: tune.placeOf(`${path}.${key}`), value: positioned(inner, tune, `${path}.${key}`) },
      ]),
    );
    return { type: 'map', entries, place };
  }
  return { type: 'scalar', value: typeof value === 'object' ? null : value, place };
}
