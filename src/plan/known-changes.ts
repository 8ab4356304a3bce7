/** What is known to have changed of a stage whose inputs are not known yet. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { type Change, changesBetween, referenceChanges } from './changes.ts';
import type { DecideContext } from './decide.ts';
import { lastResult } from './history.ts';
import { fingerprintAssuming } from './stage-fingerprint.ts';

export async function knownChanges(
  stage: GraphStage,
  graph: Graph,
  context: DecideContext,
): Promise<readonly Change[]> {
  const past = await lastResult(context.history, stage.name);
  const before = past?.fingerprint ? (await context.store.lookup(past.fingerprint))?.parts : null;
  if (!past || !before) return [];
  const made = await fingerprintAssuming(before, stage, graph, context);
  const references = [...new Set(stage.edges.map((edge) => edge.param))];
  const deferred = stage.deferred.map(({ path }) => path);
  return [...referenceChanges(references, past, stage), ...changesBetween(past, before, made, stage)].filter(
    (change) => change.type !== 'param' || !deferred.some((path) => change.path.startsWith(path)),
  );
}
