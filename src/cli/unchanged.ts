/** A run in which nothing has changed: it takes neither the parser nor anything that runs stages. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { openCache } from '../cache/cache.ts';
import { findResult } from '../plan/decide.ts';
import { fingerprintStage, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { RunEvent } from '../run/events.ts';
import type { Finished, FinishedStage } from '../run/run.ts';
import { type Opened, openGraph } from './context.ts';
import { recallGraph } from './recall.ts';
import type { RunFlags } from './run.ts';
import { projectRoot, readSettings } from './settings.ts';

/** Null when anything has to run, or to be read again, or not all is wanted. Tells nothing before it knows. */
export async function runUnchanged(
  file: string,
  flags: RunFlags,
  emit: (event: RunEvent) => void,
): Promise<{ readonly opened: Opened; readonly finished: Finished } | null> {
  if (flags.until || flags.from || flags.rerun) return null;
  const started = performance.now();
  const { cacheFolder } = readSettings(flags, projectRoot(dirname(resolve(file))));
  if (!existsSync(cacheFolder)) return null;
  const store = await openCache(cacheFolder);
  const graph = recallGraph(file, flags, store);
  if (!graph) return null;
  const opened = await openGraph({ graph, given: new Set(), rerun: new Set() }, flags, store);
  const stages = await allCached(opened);
  if (!stages) return null;
  emit(startOf(opened));
  for (const { stage, executed } of stages) {
    const summary = executed && 'result' in executed ? executed.result.summary : '';
    emit({ type: 'stage-end', stage: stage.name, outcome: 'cached', seconds: 0, summary, reason: 'cached' });
  }
  const seconds = (performance.now() - started) / 1000;
  return { opened, finished: { outcome: 'done', seconds, stages } };
}

async function allCached({ graph, store, context }: Opened): Promise<FinishedStage[] | null> {
  const results: UpstreamResults = new Map();
  const stages: FinishedStage[] = [];
  for (const stage of graph.order) {
    const fingerprint = await fingerprintStage(stage, graph, results, context);
    store.use(fingerprint.hash);
    const result = await findResult(fingerprint, stage, context);
    if (!result) return null;
    results.set(stage.name, result);
    const executed = { type: 'cached', result, fingerprint, reason: 'cached' } as const;
    stages.push({ stage, outcome: 'cached', reason: 'cached', seconds: 0, executed });
  }
  const { name, profile } = graph.pipeline;
  try {
    for (const [stage, { ports }] of results) await store.bringOut(name, profile, stage, ports);
  } catch {
    // The usual way tells of it at the stage.
    return null;
  }
  return stages;
}

export function startOf({ graph, engine }: Opened): Extract<RunEvent, { type: 'run-start' }> {
  return {
    type: 'run-start',
    pipeline: graph.pipeline.name,
    profile: graph.pipeline.profile,
    stages: graph.order.map((stage) => stage.name),
    engine: engine.name,
    engineReason: engine.reason,
  };
}
