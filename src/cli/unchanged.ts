/**
 * A run in which nothing has changed: its file, what it reads of the project, its engine, and everything in the cache
 * that it stands on are as they were when it was last found done. It takes neither parser nor plan, only looking at that.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { asCached } from '../experiments/make-record.ts';
import type { RunRecord } from '../experiments/record.ts';
import type { EngineChoice } from '../nn/engines.ts';
import type { GraphStage, Pipeline } from '../pipeline/pipeline.ts';
import { canonicalize } from '../plan/canonical.ts';
import { expiryOf } from '../plan/expiry.ts';
import type { Reader } from '../plan/outside.ts';
import type { Finished } from '../run/run.ts';
import type { Evidence, Store } from '../run/store.ts';
import { isMap } from '../stages/json.ts';
import type { JsonObject } from '../stages/kind.ts';
import { engineFor, type Opened } from './context.ts';
import type { RunFlags } from './run.ts';
import type { Settings } from './settings.ts';
import { version } from './version.ts';

interface Remembered {
  readonly version: 2;
  /** Every file that the graph was read from, with its sha256. */
  readonly sources: { readonly [file: string]: string };
  /** As in Opened. */
  readonly asked: Opened['asked'];
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
}

/** Null when anything has changed, or not all is wanted. */
export async function findUnchanged(
  file: string,
  flags: RunFlags,
  settings: Settings,
  store: Store,
): Promise<Unchanged | null> {
  if (!isWhole(flags)) return null;
  const found = store.memory.get(keyOf(file, flags, settings));
  if (!isRemembered(found)) return null;
  if (!Object.entries(found.sources).every(([source, hash]) => sha256Of(source) === hash)) return null;
  if (found.expires !== null && Date.now() > found.expires) return null;
  const { record } = found;
  const engine = engineFor(found.asked, settings);
  if (canonicalize(engine.identity) !== canonicalize(record.engine)) return null;
  if (found.outside.length > 0 && !(await isSameOutside(found, settings, store))) return null;
  // Before looking at what is there: from now on no collection takes it away.
  store.use(record.stages.flatMap(({ fingerprint }) => fingerprint ?? []));
  return store.evidence.holds(found.evidence) ? { record, engine } : null;
}

/** Only a whole run is compared with a whole run, and given texts are no file's. */
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
  { graph, store, settings, warned, asked }: Opened,
  finished: Finished,
  record: RunRecord,
): Promise<void> {
  const { pipeline, order } = graph;
  if (finished.outcome !== 'done' || !isWhole(flags) || warned || order.some(isMore)) return;
  const results = resultsOf(finished);
  const evidence = results && store.evidence.gather(pipeline.name, pipeline.profile, results);
  if (!evidence) return;
  const { readsOutside } = await import('../plan/outside.ts');
  const outside = finished.stages.flatMap(({ stage, executed }) => {
    const kind = pipeline.kinds.named(stage.kind);
    if (!kind || !readsOutside(stage, kind) || !executed || !('result' in executed)) return [];
    const { kind: name, params, edges } = stage;
    const content = executed.fingerprint.parts.outside;
    return [{ kind: name, params, edges, content: isMap(content) ? content : {} }];
  });
  const remembered: Remembered = {
    version: 2,
    sources: hashesOf(pipeline.sources),
    asked,
    expires: expiryOfAll(finished),
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

/** When the first of its results is too old; null where none ever is. */
function expiryOfAll({ stages }: Finished): number | null {
  const first = stages.reduce(
    (least, { stage, executed }) =>
      executed && 'result' in executed ? Math.min(least, expiryOf(executed.result, stage.policy)) : least,
    Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(first) ? first : null;
}

function hashesOf(sources: Pipeline['sources']): Remembered['sources'] {
  return Object.fromEntries(Object.entries(sources).map(([file, text]) => [file, sha256(text)]));
}

/** Another build of the program may read the same file differently. */
const build = `${version} ${new URL('.', import.meta.url).href}`;

function keyOf(file: string, { profile, set, commands }: RunFlags, { engine }: Settings): string {
  const parts = [build, process.cwd(), file, profile ?? null, set ?? [], commands ?? true, engine];
  return sha256(JSON.stringify(parts));
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
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 2;
}
