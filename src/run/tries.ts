/** A stage's tries: how long one may take, and what happens when it fails. */
import { setTimeout as after } from 'node:timers/promises';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import { systemDiagnostic } from '../diagnostics/system.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { Executed, Execution } from './execute.ts';
import type { Stopping } from './process.ts';

/** What a stage that was asked to stop for its time may still take before it is killed. */
const graceMs = 5000;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** Beyond it, Node's timers fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export interface Limited extends Stopping {
  timedOut(): boolean;
  /** The try is over. */
  clear(): void;
}

/** Stops a try when the run is stopped, and when it takes longer than it may. */
export function limited(run: Pick<Execution, 'signal' | 'kill'>, timeoutMs: number | null): Limited {
  if (timeoutMs === null) return { stop: run.signal, kill: run.kill, timedOut: () => false, clear: () => {} };
  const stop = new AbortController();
  const kill = new AbortController();
  const expired = (): void => {
    stop.abort();
    timer = setTimeout(() => kill.abort(), graceMs);
  };
  let timer = setTimeout(expired, Math.min(timeoutMs, longestTimerMs));
  return {
    stop: AbortSignal.any([run.signal, stop.signal]),
    kill: AbortSignal.any([run.kill, kill.signal]),
    timedOut: () => stop.signal.aborted && !run.signal.aborted,
    clear: () => clearTimeout(timer),
  };
}

/** Tries until it is done, is stopped, or has failed as often as the stage's policy allows. */
export async function withRetries(
  stage: GraphStage,
  run: Pick<Execution, 'signal' | 'emit'>,
  once: () => Promise<Executed>,
): Promise<Executed> {
  for (let failures = 1; ; failures++) {
    const executed = await once().catch(
      (error: unknown): Executed => ({ type: 'failed', diagnostic: asDiagnostic(error, stage), reason: '' }),
    );
    if (executed.type !== 'failed' || failures > stage.policy.retries || run.signal.aborted) return executed;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
    run.emit({
      type: 'stage-retry',
      stage: stage.name,
      diagnostic: executed.diagnostic,
      left: stage.policy.retries - failures + 1,
      seconds: pauseMs / 1000,
    });
    await pause(pauseMs, run.signal);
  }
}

/** Waits so long, or until it is no use any more. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal }).catch(() => {});
}

export function tookTooLong(stage: GraphStage, tail: readonly string[]): Diagnostic {
  const lines = tail.map((line) => `\n  | ${line}`).join('');
  const limit = (stage.policy.timeoutMs ?? 0) / 1000;
  return {
    severity: 'error',
    code: 'stage-timeout',
    message: `\`${stage.name}\` took longer than its timeout of ${limit} s${lines}`,
    place: stage.placeOf('timeout'),
    fix: 'raise `timeout`, or give the stage less to do',
  };
}

export function asDiagnostic(error: unknown, stage: GraphStage): Diagnostic {
  if (error instanceof Failure) return error.diagnostic;
  const system = systemDiagnostic(error);
  if (system) return { ...system, message: `\`${stage.name}\`: ${system.message}` };
  const message = error instanceof Error ? error.message : String(error);
  return { severity: 'error', code: 'stage-failed', message: `\`${stage.name}\`: ${message}` };
}
