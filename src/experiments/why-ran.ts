/** Why a stage ran in a run, from the run's record alone. */
import type { RunRecord } from './record.ts';

export interface Ran {
  readonly stage: string;
  readonly outcome: string;
  readonly reason: string;
  /** The stages that gave it something else than in the run before. */
  readonly from: readonly Ran[];
}

/** Null when the run did not have the stage. */
export function whyRan(record: RunRecord, name: string, told: Set<string> = new Set()): Ran | null {
  const stage = record.stages.find((one) => one.name === name);
  if (!stage) return null;
  const inputs = told.has(name) ? [] : (stage.changes ?? []).filter((change) => change.type === 'input');
  told.add(name);
  const from = inputs.flatMap((input) => whyRan(record, input.stage, told) ?? []);
  return { stage: name, outcome: stage.outcome, reason: stage.reason, from };
}
