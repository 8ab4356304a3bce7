/**
 * A run in which nothing has changed: its file, what it reads of the project, its engine, and everything in the cache
 * that it stands on are as they were when it was last found done. It takes neither parser nor plan, only looking at that.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { openCache } from '../cache/cache.ts';
import { asCached } from '../experiments/make-record.ts';
import type { RunRecord } from '../experiments/record.ts';
import { chooseEngine, type EngineChoice, noEngine } from '../nn/engines.ts';
import type { GraphStage, Pipeline } from '../pipeline/pipeline.ts';
import { canonicalize } from '../plan/canonical.ts';
import type { Reader } from '../plan/outside.ts';
import type { Finished } from '../run/run.ts';
import type { Evidence, Store } from '../run/store.ts';
import { isMap } from '../stages/json.ts';
import type { JsonObject } from '../stages/kind.ts';
import type { Opened } from './context.ts';
import type { RunFlags } from './run.ts';
import type { Settings } from './settings.ts';
import { version } from './version.ts';

interface Remembered {
  readonly version: 1;
  /** Every file that the graph was read from, with its sha256. */
  readonly sources: { readonly [file: string]: string };
  /** The engine as the file asks for it; null where no stage computes. */
  readonly wanted: string | null;
  /** Milliseconds since 1970; null for results that are good for ever. */
  readonly expires: number | null;
  readonly outside: readonly (Reader & { readonly content: JsonObject })[];
  readonly evidence: Evidence;
  /** As it is written when every stage is found. */
  readonly record: RunRecord;
}

export interface Unchanged {
  readonly record: RunRecord;
  readonly engine: EngineChoice;
  readonly store: Store;
}

/** Null when anything has changed, or not all is wanted. */
export async function findUnchanged(
  file: string,
  flags: RunFlags,
  settings: Settings,
): Promise<Unchanged | null> {
  if (!isWhole(flags) || !existsSync(settings.cacheFolder)) return null;
  const store = await openCache(settings.cacheFolder);
  const found = store.memory.get(keyOf(file, flags, settings));
  if (!isRemembered(found)) return null;
  if (!Object.entries(found.sources).every(([source, hash]) => sha256Of(source) === hash)) return null;
  if (found.expires !== null && Date.now() > found.expires) return null;
  const { wanted, record } = found;
  const engine =
    wanted === null ? noEngine() : chooseEngine(settings.engine ?? wanted, settings.engineSettings);
  if (canonicalize(engine.identity) !== canonicalize(record.engine)) return null;
  if (found.outside.length > 0 && !(await isSameOutside(found, settings, store))) return null;
  // Before looking at what is there: from now on no collection takes it away.
  store.use(record.stages.flatMap(({ fingerprint }) => fingerprint ?? []));
  return store.evidence.holds(found.evidence) ? { record, engine, store } : null;
}

/** Only a whole run is compared with a whole run, and what `--texts` gives is no file's. */
const isWhole = ({ until, from, rerun, texts }: RunFlags): boolean => !(until || from || rerun || texts);

/** Imported when there is something to read: most stages read nothing but other stages. */
async function isSameOutside({ outside }: Remembered, settings: Settings, store: Store): Promise<boolean> {
  const [{ outsideContent }, { kindNamed }] = await Promise.all([
    import('../plan/outside.ts'),
    import('../stages/registry.ts'),
  ]);
  for (const { content, ...stage } of outside) {
    const kind = kindNamed(stage.kind);
    if (!kind) return false;
    const now = await outsideContent(stage, kind, settings.root, { store, env: settings.env });
    if (canonicalize(now) !== canonicalize(content)) return false;
  }
  return true;
}

/** It only saves work later: what can't be told for sure, or can't be written, is not remembered. */
export async function rememberDone(
  file: string,
  flags: RunFlags,
  { graph, store, settings, warned, computes }: Opened,
  finished: Finished,
  record: RunRecord,
): Promise<void> {
  const { pipeline, order } = graph;
  if (finished.outcome !== 'done' || !isWhole(flags) || warned || order.some(isMore)) return;
  const results = resultsOf(finished);
  const evidence = results && store.evidence.gather(pipeline.name, pipeline.profile, results);
  const sources = hashesOf(pipeline.sources);
  if (!sources || !evidence) return;
  const { readsOutside } = await import('../plan/outside.ts');
  const outside = finished.stages.flatMap(({ stage, executed }) => {
    const kind = pipeline.kinds.named(stage.kind);
    if (!kind || !readsOutside(stage, kind) || !executed || !('result' in executed)) return [];
    const { kind: name, params, edges } = stage;
    const content = executed.fingerprint.parts.outside;
    return [{ kind: name, params, edges, content: isMap(content) ? content : {} }];
  });
  const remembered: Remembered = {
    version: 1,
    sources,
    wanted: computes ? pipeline.engine : null,
    expires: expiryOf(finished),
    outside,
    evidence,
    record: asCached(record),
  };
  store.memory.set(keyOf(file, flags, settings), remembered);
}

/** Its result hangs on more than its file: on a search's trials, a module of the project, or a value that comes while it runs. */
const isMore = ({ kind, deferred, policy }: GraphStage): boolean =>
  kind === 'tune' || /[./\\]/.test(kind) || deferred.length > 0 || policy.cache === 'never';

type Results = Parameters<Store['evidence']['gather']>[2];

function resultsOf({ stages }: Finished): Results | null {
  const results = stages.flatMap(({ stage, executed }) =>
    executed && 'result' in executed
      ? [{ stage: stage.name, fingerprint: executed.fingerprint.hash, ports: executed.result.ports }]
      : [],
  );
  return results.length === stages.length ? results : null;
}

/** When the first of its results that are good for a time alone is too old; without its time it may be of any age. */
function expiryOf({ stages }: Finished): number | null {
  const ends = stages.flatMap(({ stage: { policy }, executed }) => {
    if (typeof policy.cache !== 'object' || !executed || !('result' in executed)) return [];
    const { createdAt } = executed.result;
    return [createdAt === undefined ? 0 : Date.parse(createdAt) + policy.cache.ttlMs];
  });
  return ends.length === 0 ? null : Math.min(...ends);
}

/** As they were read; null when one of them is another by now. */
function hashesOf(sources: Pipeline['sources']): { readonly [file: string]: string } | null {
  const hashes = Object.entries(sources).map(([file, text]): [string, string] => [file, sha256(text)]);
  return hashes.every(([file, hash]) => sha256Of(file) === hash) ? Object.fromEntries(hashes) : null;
}

/** Another build of the program may read the same file differently. */
const build = `${version} ${new URL('.', import.meta.url).href}`;

function keyOf(file: string, { profile, set, commands }: RunFlags, { engine }: Settings): string {
  const parts = [build, process.cwd(), file, profile ?? null, set ?? [], commands ?? true, engine];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

function sha256Of(file: string): string | null {
  try {
    return sha256(readFileSync(file));
  } catch {
    return null;
  }
}

/** It is sealed and made by this very build: only its version is in question. */
function isRemembered(value: unknown): value is Remembered {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1;
}
