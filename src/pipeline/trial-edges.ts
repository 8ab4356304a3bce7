/** What trials take from stages around their search where only the space says from which: `data: "${trial.data}"`. */
import { hangsOnSpace } from '../stages/tune/references.ts';
import { corners, readSpace } from '../tune/space.ts';
import type { Edge, GraphStage, Pipeline } from './pipeline.ts';
import { agrees } from './reference.ts';
import { Names, withEdges } from './resolve.ts';
import { readTrial } from './trial-stages.ts';

/** The search with an edge for each: it waits for what any of its trials may take. */
export function withTrialEdges(tune: GraphStage, names: Names, pipeline: Pipeline): GraphStage {
  if (!hangsOnSpace(tune.params.trial, pipeline.kinds.named)) return tune;
  const others = names.all().filter(({ name }) => name !== tune.name);
  // Of a stage with a matrix a trial sees one cell, the last: the one that suits the search's own cell.
  const suits = others.filter(({ cell }) => agrees(cell, tune.cell));
  const around = [...others.filter((one) => !suits.includes(one)), ...suits];
  const edges = new Map(tune.edges.map((edge) => [keyOf(edge), edge]));
  for (const point of corners(readSpace(tune.params.space)))
    for (const edge of outerEdges(tune, { point, epochs: 1, execution: 0 }, around, names.broken, pipeline))
      if (!edges.has(keyOf(edge))) edges.set(keyOf(edge), edge);
  const all = [...edges.values()];
  return {
    ...tune,
    edges: all,
    dependsOn: [...new Set([...tune.dependsOn, ...all.map((one) => one.stage)])],
  };
}

/** Mistakes are told where the trials are checked. */
function outerEdges(
  tune: GraphStage,
  ask: Parameters<typeof readTrial>[2],
  around: ReturnType<Names['all']>,
  wrong: ReadonlySet<string>,
  pipeline: Pipeline,
): Edge[] {
  const { stages, broken } = readTrial(tune, pipeline, ask);
  const own = new Set(stages.map(({ name }) => name));
  const names = new Names([...around, ...stages], new Set([...wrong, ...broken]));
  return stages.flatMap((stage) =>
    withEdges(stage, names, pipeline.kinds.named, [])
      .edges.filter((edge) => !own.has(edge.stage))
      .map((edge) => ({ ...edge, param: `trial.${stage.name}.${edge.param}` })),
  );
}

const keyOf = ({ param, stage, ports }: Edge): string => [param, stage, ...ports].join(' ');
