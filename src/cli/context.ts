/** What is known around a graph: the cache, the engine, and what a plan compares with. */
import { openCache } from '../cache/cache.ts';
import { chooseEngine, type EngineChoice, noEngine } from '../nn/engines.ts';
import type { Graph } from '../pipeline/pipeline.ts';
import type { PlanContext } from '../plan/plan.ts';
import type { IndexEntry, Store } from '../run/store.ts';
import type { CommonFlags } from './main.ts';
import { readSettings, type Settings } from './settings.ts';

export interface Opened {
  readonly graph: Graph;
  readonly store: Store;
  readonly settings: Settings;
  readonly engine: EngineChoice;
  readonly context: PlanContext;
}

export async function openGraph(graph: Graph, flags: CommonFlags, opened?: Store): Promise<Opened> {
  const settings = readSettings(flags, graph.pipeline.root);
  const wanted = settings.engine ?? graph.pipeline.engine;
  const engine = computes(graph) ? chooseEngine(wanted, settings.engineSettings) : noEngine();
  const store = opened ?? (await openCache(settings.cacheFolder));
  const context: PlanContext = {
    store,
    env: settings.env,
    kinds: graph.pipeline.kinds.named,
    engine: { identity: engine.identity, exclusive: wanted !== 'auto' },
    lastParts: lastPartsOf(graph, store),
  };
  return { graph, store, settings, engine, context };
}

/** Looking for devices may cost a second: only where it matters. A search trains in its trials. */
function computes(graph: Graph): boolean {
  return graph.order.some(
    ({ kind }) => kind === 'tune' || graph.pipeline.kinds.named(kind)?.usesEngine === true,
  );
}

/** Reads the records once, and only when a stage has to say why it runs. */
function lastPartsOf(graph: Graph, store: Store): PlanContext['lastParts'] {
  let fingerprints: Promise<ReadonlyMap<string, string>> | undefined;
  return async (stage): Promise<IndexEntry['parts'] | null> => {
    fingerprints ??= lastFingerprints(graph, store);
    const hash = (await fingerprints).get(stage);
    return hash === undefined ? null : ((await store.lookup(hash))?.parts ?? null);
  };
}

async function lastFingerprints(graph: Graph, store: Store): Promise<ReadonlyMap<string, string>> {
  const { readRecord } = await import('../experiments/record.ts');
  const found = new Map<string, string>();
  for (const id of await store.runs.list()) {
    const record = readRecord(await store.runs.read(id));
    if (!record || record.pipeline !== graph.pipeline.name || record.profile !== graph.pipeline.profile)
      continue;
    for (const { name, fingerprint } of record.stages)
      if (fingerprint !== null && !found.has(name)) found.set(name, fingerprint);
    if (graph.order.every((stage) => found.has(stage.name))) break;
  }
  return found;
}
