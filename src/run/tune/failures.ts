/** Trainings that fail the same way each time are remembered: a search that goes on does not try them again. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Graph, GraphStage } from '../../pipeline/pipeline.ts';
import { completeStage } from '../../pipeline/stages.ts';
import { failureKey } from '../../plan/known-trial.ts';
import { fingerprintStage, type UpstreamResults } from '../../plan/stage-fingerprint.ts';
import type { Execution } from '../execute.ts';

/** What else may fail (memory, a kill, a full disk) may work the next time. */
const certain = new Set<string>(['loss-is-nan']);

export async function rememberFailure(
  diagnostic: Diagnostic,
  reason: string,
  stage: GraphStage,
  trial: Graph,
  results: UpstreamResults,
  run: Execution,
): Promise<void> {
  if (!certain.has(diagnostic.code)) return;
  // As it is looked up: with the values that it was given.
  const completed = completeStage(stage, results);
  if (!completed.ok) return;
  const { hash } = await fingerprintStage(completed.value, trial, results, run);
  const result = {
    version: 1 as const,
    engine: run.engine.identity,
    ports: {},
    values: {},
    summary: reason,
    facts: {},
    createdBy: run.version,
    seconds: 0,
  };
  await run.store.record(failureKey(hash), 'failure', { version: 1, of: hash }, result);
}
