/** One trial of a tune stage: its inline pipeline with the point's values in place. */
import type { Diagnostic, Place, Result } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { kindNamed } from '../stages/registry.ts';
import { interpolate, mostWritten, type Scope } from './interpolate.ts';
import { child, type Node } from './nodes.ts';
import type { Graph, GraphStage } from './pipeline.ts';
import { resolveStages } from './read.ts';
import { readStage } from './stages.ts';

/** Names resolve in the trial first, then among the stages that `tune` depends on. */
export function trialGraph(
  tune: GraphStage,
  graph: Graph,
  point: { readonly [name: string]: number | string },
): Result<Graph> {
  const problems: Diagnostic[] = [];
  const trial = child(tune.node, 'trial');
  const node = trial && interpolate(trial, scopeOf(tune, point, problems));
  const broken = new Set<string>();
  const stages = node?.type === 'map' ? [...node.entries] : [];
  const read = stages.flatMap(([name, { key, value }]) => {
    const { stage, problems: own } = readStage({ name, declared: name, axes: {}, key, node: value });
    problems.push(...own);
    const matrix = value.type === 'map' ? value.entries.get('matrix') : undefined;
    if (matrix) problems.push(noMatrix(matrix.key));
    if (own.length > 0) broken.add(name);
    return stage ?? [];
  });
  const outer = graph.order.filter((stage) => tune.dependsOn.includes(stage.name));
  const pipeline = { ...graph.pipeline, stages: read, seed: tune.seed ?? graph.pipeline.seed };
  return resolveStages(pipeline, kindNamed, { broken, problems, outer });
}

const noMatrix = (place: Place): Diagnostic => ({
  severity: 'error',
  code: 'unknown-key',
  message: 'a stage of a trial has no `matrix`: the space says what varies',
  place,
  fix: 'make it a dimension of `space`',
});

function scopeOf(
  tune: GraphStage,
  point: { readonly [name: string]: number | string },
  problems: Diagnostic[],
): Scope {
  const places = new Map(Object.keys(point).map((name) => [name, tune.placeOf(`space.${name}`)]));
  return {
    find: (name): Node | undefined => {
      const own = name.startsWith('trial.') ? name.slice('trial.'.length) : undefined;
      const value = own === undefined ? undefined : point[own];
      const place = places.get(own ?? '');
      return value === undefined || !place ? undefined : { type: 'scalar', value, place };
    },
    miss: (name, place) => {
      if (!name.startsWith('trial.')) return;
      const near = nearest(name.slice('trial.'.length), Object.keys(point));
      problems.push({
        severity: 'error',
        code: 'unknown-var',
        message: `\`${name}\` is no dimension of the space`,
        place,
        fix: near ? `did you mean \`trial.${near}\`?` : `it has ${Object.keys(point).join(', ')}`,
      });
    },
    say: (problem) => problems.push({ severity: 'error', ...problem }),
    budget: { left: mostWritten },
  };
}
