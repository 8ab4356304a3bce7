import type { Result } from '../diagnostics/diagnostic.ts';
import { placesOf } from '../experiments/make-record.ts';
import { type Subject, withoutAxes } from '../experiments/subject.ts';
import type { GraphStage, Pipeline } from '../pipeline/pipeline.ts';
import { makePlan, type PlannedStage } from '../plan/plan.ts';
import type { CommonFlags } from './main.ts';
import { openFile } from './open.ts';

export interface FileSubject extends Subject, Pick<Pipeline, 'profile'> {
  /** Its name. */
  readonly pipeline: string;
}

/** A pipeline file as it would run now: its params and graph, and the results that the cache already has. */
export async function planSubject(file: string, flags: CommonFlags): Promise<Result<FileSubject>> {
  const opened = await openFile(file, flags);
  if (!opened.ok) return opened;
  const { graph, context } = opened.value;
  const plan = await makePlan(graph, context);
  const planned = new Map(plan.stages.map((one) => [one.stage.name, one]));
  const stages = withoutAxes(
    graph.order.map((stage) => stageOf(stage, planned.get(stage.name), graph.pipeline)),
    new Map(),
  );
  const { name: pipeline, profile } = graph.pipeline;
  return { ok: true, value: { label: file, stages, pipeline, profile } };
}

function stageOf(stage: GraphStage, planned: PlannedStage | undefined, { seed, root }: Pipeline) {
  const result = planned?.result ?? null;
  const ports = Object.entries(result?.ports ?? {}).map(([port, content]) => [port, content.digest]);
  return {
    name: stage.name,
    kind: stage.kind,
    seed: stage.seed ?? seed,
    params: stage.params,
    places: placesOf(stage, root),
    from: stage.dependsOn,
    values: result?.values ?? {},
    engine: result?.engine ?? null,
    ports: Object.fromEntries(ports),
    fingerprint: result ? (planned?.made?.hash ?? null) : null,
    cell: stage.cell,
  };
}
