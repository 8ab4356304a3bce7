/** What is known around a graph: the cache, the engine, and what a plan compares with. */
import { openCache } from '../cache/cache.ts';
import { chooseEngine, type EngineChoice, noEngine } from '../nn/engines.ts';
import type { Graph } from '../pipeline/pipeline.ts';
import type { DecideContext } from '../plan/decide.ts';
import type { History } from '../plan/history.ts';
import type { Selection } from '../plan/select.ts';
import type { Store } from '../run/store.ts';
import type { CommonFlags } from './main.ts';
import { readSettings, type Settings } from './settings.ts';

export interface Opened extends Pick<Selection, 'given'> {
  /** The chosen stages and what they need. */
  readonly graph: Graph;
  readonly store: Store;
  readonly settings: Settings;
  readonly engine: EngineChoice;
  readonly context: DecideContext;
  /** The engine as the file asks for it; null where no stage computes. */
  readonly asked: string | null;
  /** Were there warnings, which are told each time? */
  readonly warned: boolean;
}

export async function openGraph(
  { graph, given, rerun }: Selection,
  flags: CommonFlags,
  opened?: Store,
): Promise<Omit<Opened, 'warned'>> {
  const settings = readSettings(flags, graph.pipeline.root);
  const wanted = settings.engine ?? graph.pipeline.engine;
  const asked = isComputed(graph) ? graph.pipeline.engine : null;
  const engine = engineFor(asked, settings);
  const store = opened ?? (await openCache(settings.cacheFolder));
  const context: DecideContext = {
    store,
    env: settings.env,
    kinds: graph.pipeline.kinds.named,
    engine: { identity: engine.identity, exclusive: wanted !== 'auto' },
    history: laterHistory(graph, store),
    rerun,
  };
  return { graph, given, store, settings, engine, context, asked };
}

/** `asked`: by the file; null where no stage computes. */
export function engineFor(asked: string | null, { engine, engineSettings }: Settings): EngineChoice {
  return asked === null ? noEngine() : chooseEngine(engine ?? asked, engineSettings);
}

/** Looking for devices may cost a second: only where it matters. */
function isComputed(graph: Graph): boolean {
  return graph.order.some(({ kind }) => graph.pipeline.kinds.named(kind)?.usesEngine === true);
}

/** Records are read when a stage has to say why it runs, and not before. */
function laterHistory({ pipeline }: Graph, store: Store): History {
  let history: Promise<History> | undefined;
  return {
    find: async (stage, fits) => {
      history ??= import('../experiments/history.ts').then(({ makeHistory }) =>
        makeHistory(pipeline, store.runs),
      );
      return (await history).find(stage, fits);
    },
  };
}
