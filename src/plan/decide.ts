/** Is a stage's result taken from the cache, or does it run, and why. */
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { EngineIdentity, IndexEntry, Store, StoredResult } from '../run/store.ts';
import { canonicalize } from './canonical.ts';
import { changesBetween } from './changes.ts';
import { expiryOf } from './expiry.ts';
import type { Fingerprint } from './fingerprint.ts';
import { type History, lastResult, type PastStage } from './history.ts';
import type { Reason } from './reason.ts';
import type { FingerprintContext } from './stage-fingerprint.ts';

export interface DecideContext extends FingerprintContext {
  readonly store: Store;
  /** The engine that stages would run on, and whether only its own results count. */
  readonly engine: { readonly identity: EngineIdentity; readonly exclusive: boolean };
  readonly history: History;
  /** Stages that are to run whatever is cached. */
  readonly rerun: ReadonlySet<string>;
}

/** A whole result under this fingerprint that may be used here, the wanted engine's first. */
export async function findResult(
  made: Fingerprint,
  stage: GraphStage,
  context: DecideContext,
): Promise<StoredResult | null> {
  if (context.rerun.has(stage.name) || stage.policy.cache === 'never') return null;
  for (const result of usable(await context.store.lookup(made.hash), stage, context))
    if (!isExpired(result, stage) && (await lostPort(result, context)) === null) return result;
  return null;
}

/** Of a stage that `findResult` found nothing for. */
export async function reasonToRun(
  stage: GraphStage,
  made: Fingerprint,
  context: DecideContext,
): Promise<Reason> {
  if (context.rerun.has(stage.name)) return { type: 'asked-for' };
  const { cache } = stage.policy;
  if (cache === 'never') return { type: 'never-cached' };
  const entry = await context.store.lookup(made.hash);
  const [result] = usable(entry, stage, context);
  if (!result) return otherEngine(entry, context) ?? reasonWithoutResult(stage, made, context);
  if (isExpired(result, stage) && typeof cache === 'object')
    return { type: 'expired', made: result.createdAt ?? null, ttl: cache.ttl };
  return { type: 'output-lost', port: await lostPort(result, context) };
}

async function reasonWithoutResult(
  stage: GraphStage,
  made: Fingerprint,
  context: DecideContext,
): Promise<Reason> {
  const past = await lastResult(context.history, stage.name);
  if (past?.fingerprint === made.hash) return { type: 'output-lost', port: null };
  if (past) return changedSince(past, stage, made, context);
  const last = await context.history.find(stage.name, () => true);
  const ended = last?.outcome === 'failed' || last?.outcome === 'interrupted' ? last.outcome : null;
  return last && ended ? { type: ended, run: last.run } : { type: 'never-run' };
}

/** What distinguishes a result that is there from that of the last run; null when it is the same. */
export async function sinceLastResult(
  stage: GraphStage,
  made: Fingerprint,
  result: StoredResult,
  context: DecideContext,
): Promise<Reason | null> {
  const past = await lastResult(context.history, stage.name);
  if (!past) return null;
  if (past.fingerprint !== made.hash) return changedSince(past, stage, made, context);
  const same = Object.entries(result.ports).every(
    ([port, { digest }]) => past.ports[port] === undefined || past.ports[port] === digest,
  );
  return same ? null : { type: 'other-bytes', since: past.run };
}

async function changedSince(
  past: PastStage,
  stage: GraphStage,
  made: Fingerprint,
  context: DecideContext,
): Promise<Reason> {
  const before = past.fingerprint === null ? null : await context.store.lookup(past.fingerprint);
  const changes = changesBetween(past, before?.parts ?? null, made, stage);
  if (before === null && changes.length === 0) return { type: 'untold', since: past.run };
  return { type: 'changed', since: past.run, changes };
}

/** Results of engines that count, the wanted one's first. */
function usable(entry: IndexEntry | null, stage: GraphStage, context: DecideContext): StoredResult[] {
  const usesEngine = context.kinds(stage.kind)?.usesEngine ?? false;
  const own = (result: StoredResult): boolean => isOwn(result, context);
  return (entry?.results ?? [])
    .filter((result) => !usesEngine || !context.engine.exclusive || own(result))
    .sort((a, b) => Number(own(b)) - Number(own(a)));
}

export function isOwn({ engine }: StoredResult, context: Pick<DecideContext, 'engine'>): boolean {
  return engine === null || canonicalize(engine) === canonicalize(context.engine.identity);
}

function otherEngine(entry: IndexEntry | null, context: DecideContext): Reason | null {
  const results = entry?.results ?? [];
  const wanted = context.engine.identity;
  const has = [...new Set(results.flatMap(({ engine }) => (engine ? [apartFrom(wanted, engine)] : [])))];
  return has.length > 0 ? { type: 'other-engine', asked: engineName(wanted), has } : null;
}

/** An engine's name; of one of the same name, what makes it another: `native with threads 4`. */
export function apartFrom(wanted: EngineIdentity, other: EngineIdentity): string {
  if (other.engine !== wanted.engine) return engineName(other);
  const differs = Object.entries(other).filter(([key, value]) => value !== wanted[key]);
  return `${engineName(other)} with ${differs.map(([key, value]) => `${key} ${String(value)}`).join(', ')}`;
}

export const engineName = (identity: EngineIdentity): string => String(identity.engine);

async function lostPort(result: StoredResult, { store }: DecideContext): Promise<string | null> {
  const ports = Object.entries(result.ports);
  const whole = await Promise.all(ports.map(([, content]) => store.intact(content)));
  return ports[whole.indexOf(false)]?.[0] ?? null;
}

const isExpired = (result: StoredResult, { policy }: GraphStage): boolean =>
  expiryOf(result, policy) < Date.now();
