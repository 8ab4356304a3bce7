/** Runs one stage to a stored result: from the cache where it is there, else in a process of its own. */
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { checkpointOf } from '../plan/checkpoint.ts';
import { type DecideContext, findResult, reasonToRun } from '../plan/decide.ts';
import type { Fingerprint } from '../plan/fingerprint.ts';
import { reasonText } from '../plan/reason.ts';
import { fingerprintStage, kindOf, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { EngineOrder } from '../stages/context.ts';
import { carryOut } from './carry-out.ts';
import type { RunEvent } from './events.ts';
import type { Hosts } from './hosts.ts';
import type { Slots } from './slots.ts';
import type { EngineIdentity, StoredResult } from './store.ts';
import { pause, withRetries } from './tries.ts';

/** What stages compute on: a result is recorded with the identity, their processes get the order and the environment. */
export interface RunEngine {
  readonly identity: EngineIdentity;
  readonly exclusive: boolean;
  readonly order: EngineOrder;
  readonly env: { readonly [name: string]: string };
}

export interface Execution extends DecideContext {
  readonly hosts: Hosts;
  readonly mirrors: readonly string[];
  readonly engine: RunEngine;
  readonly slots: Slots;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly kill: AbortSignal;
  /** Why nothing new may begin (`build failed`), or null. */
  halted(): string | null;
  emit(event: RunEvent): void;
}

export type Executed =
  | {
      readonly type: 'cached' | 'ran';
      readonly result: StoredResult;
      readonly fingerprint: Fingerprint;
      readonly reason: string;
      /** The epoch that a training went on from. */
      readonly continuedFrom?: number | null;
    }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic; readonly reason: string }
  | { readonly type: 'interrupted' | 'skipped'; readonly reason: string };

/** A stage that has all its inputs, and what is known of it before it runs. */
export interface Job {
  readonly stage: GraphStage;
  readonly graph: Graph;
  readonly upstream: UpstreamResults;
  readonly made: Fingerprint;
  readonly reason: string;
}

/** What is done for a stage once it has its turn. */
export type Work = typeof carryOut;

export async function executeStage(
  declared: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
  work: Work = carryOut,
): Promise<Executed> {
  const completed = await complete(declared, upstream, run);
  if (!completed.ok)
    return { type: 'failed', diagnostic: firstOf(completed.diagnostics, declared), reason: '' };
  const stage = completed.value;
  const made = await fingerprintStage(stage, graph, upstream, run);
  const found = await fromCache(stage, made, run);
  if (found) return found;
  const lacking = run.slots.lacks(stage.policy.resources);
  if (lacking) return { type: 'failed', diagnostic: tooLarge(stage, lacking, run), reason: '' };
  const reason = reasonText(await reasonToRun(stage, made, run));
  const job = { stage, graph, upstream, made, reason };
  return withRetries(stage, run, () => inTurn(job, run, work));
}

/** Checking values that came while the pipeline ran takes the schemas: most stages have none. */
async function complete(
  declared: GraphStage,
  upstream: UpstreamResults,
  run: Execution,
): Promise<Result<GraphStage>> {
  if (declared.deferred.length === 0) return { ok: true, value: declared };
  const { completeStage } = await import('../pipeline/stages.ts');
  const completed = completeStage(declared, upstream);
  if (!completed.ok) return completed;
  const { wrongParams } = await import('../pipeline/checks.ts');
  const diagnostics = wrongParams(completed.value, kindOf(completed.value, run));
  return diagnostics.length > 0 ? { ok: false, diagnostics } : completed;
}

async function fromCache(
  stage: GraphStage,
  made: Fingerprint,
  run: DecideContext,
): Promise<Extract<Executed, { result: unknown }> | null> {
  run.store.use([made.hash]);
  const result = await findResult(made, stage, run);
  return result && { type: 'cached', result, fingerprint: made, reason: 'cached' };
}

const shortestWaitMs = 50;
const longestWaitMs = 1000;

/** Waits for room on the machine, and for other processes that are at the same stage. */
async function inTurn(job: Job, run: Execution, work: Work): Promise<Executed> {
  for (let waitMs = shortestWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    const tried = await run.slots.with(job.stage.policy, (makeRoom) => leased(job, run, work, makeRoom));
    if (tried.type !== 'busy') return tried;
    if (waitMs === shortestWaitMs)
      run.emit({ type: 'stage-wait', stage: job.stage.name, owner: tried.owner });
    // Not in step with others that wait for the same.
    await pause(waitMs * (0.5 + Math.random()), run.signal);
  }
}

async function leased(
  job: Job,
  run: Execution,
  work: Work,
  makeRoom: () => void,
): Promise<Executed | { readonly type: 'busy'; readonly owner: string }> {
  const { stage, made, reason } = job;
  if (run.signal.aborted) return { type: 'interrupted', reason };
  const halted = run.halted();
  if (halted !== null) return { type: 'skipped', reason: halted };
  const lease = run.store.lease([made.hash, ...stage.policy.mutex.map((name) => `mutex-${name}`)]);
  if (lease.type === 'busy') return lease;
  try {
    // Another process may have finished it since we looked.
    const found = await fromCache(stage, made, run);
    if (found) return found;
    const checkpoint = await checkpointOf(stage, made, run);
    const continuesFrom = checkpoint?.epoch ?? null;
    run.emit({ type: 'stage-start', stage: stage.name, reason, continuesFrom });
    return await work(job, checkpoint, run, makeRoom);
  } finally {
    lease.release();
  }
}

function tooLarge(stage: GraphStage, lacking: 'gpu' | 'memory', run: Execution): Diagnostic {
  const shown = (amount: number): string =>
    lacking === 'memory' ? `${(amount / 2 ** 30).toFixed(1)} GB` : String(amount);
  const [wants, has] = [stage.policy.resources, run.slots.capacity].map((all) => shown(all[lacking]));
  return {
    severity: 'error',
    code: 'machine-too-small',
    message: `\`${stage.name}\` wants ${wants} ${lacking}; this machine has ${has}`,
    place: stage.placeOf(`resources.${lacking}`),
    fix: `lower it, or say what the machine has: PIPE_RESOURCES=${lacking}=…`,
  };
}

/** What is told of a stage whose params turned out not to fit. */
export function firstOf(diagnostics: readonly Diagnostic[], stage: GraphStage): Diagnostic {
  const [first] = diagnostics;
  return first ?? { severity: 'error', code: 'stage-failed', message: `\`${stage.name}\` failed` };
}
