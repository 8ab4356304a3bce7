import type { Result } from '../diagnostics/diagnostic.ts';
import { placesOf } from '../experiments/make-record.ts';
import type { Subject, SubjectStage } from '../experiments/subject.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import { makePlan } from '../plan/plan.ts';
import type { CommonFlags } from './main.ts';
import { type Opened, openFile } from './open.ts';

/** A pipeline file as it would run now: its params and graph, and the results that the cache already has. */
export async function planSubject(file: string, flags: CommonFlags): Promise<Result<Subject>> {
  const opened = await openFile(file, flags);
  if (!opened.ok) return opened;
  const { graph, context } = opened.value;
  const planned = await makePlan(graph, context);
  const hits = new Map(
    planned.stages.flatMap((one) => (one.result ? [[one.stage.name, one.made?.hash ?? null] as const] : [])),
  );
  const stages = await Promise.all(
    graph.order.map((stage) => stageOf(stage, hits.get(stage.name) ?? null, opened.value)),
  );
  return { ok: true, value: { label: file, stages } };
}

async function stageOf(
  stage: GraphStage,
  fingerprint: string | null,
  { graph, store, engine }: Opened,
): Promise<SubjectStage> {
  const results = fingerprint === null ? [] : ((await store.lookup(fingerprint))?.results ?? []);
  const own = JSON.stringify(engine.identity);
  const result = results.find((one) => JSON.stringify(one.engine) === own) ?? results[0];
  const ports = Object.entries(result?.ports ?? {}).map(([port, content]) => [port, content.digest]);
  return {
    name: stage.name,
    kind: stage.kind,
    seed: stage.seed ?? graph.pipeline.seed,
    params: stage.params,
    places: placesOf(stage, graph.pipeline.root),
    from: stage.dependsOn,
    values: result?.values ?? {},
    engine: result?.engine ?? null,
    ports: Object.fromEntries(ports),
    fingerprint,
    repetition: null,
  };
}
