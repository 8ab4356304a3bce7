/** Why a stage runs or does not, followed to the stages that it comes from. */
import type { DecideContext } from './decide.ts';
import { sinceLastResult } from './decide.ts';
import { madeIn } from './history.ts';
import type { Plan, PlannedStage, PlannedState } from './plan.ts';
import type { Reason } from './reason.ts';

export interface Cause {
  readonly stage: string;
  readonly state: PlannedState;
  /** Of a hit that is not what the run compared with had: what differs from that. */
  readonly reason: Reason;
  /** The run that made a hit's result, where its record is kept. */
  readonly madeIn: string | null;
  /** Of the stages that the reason names. A stage that is told already has none here. */
  readonly from: readonly Cause[];
}

export function causeOf(stage: string, plan: Plan, context: DecideContext): Promise<Cause | null> {
  return follow(stage, plan, context, new Set());
}

async function follow(
  name: string,
  plan: Plan,
  context: DecideContext,
  told: Set<string>,
): Promise<Cause | null> {
  const planned = plan.stages.find(({ stage }) => stage.name === name);
  if (!planned) return null;
  const reason = await reasonOf(planned, context);
  const names = told.has(name) ? [] : namedIn(reason);
  told.add(name);
  const from: Cause[] = [];
  for (const other of names) {
    const cause = await follow(other, plan, context, told);
    if (cause) from.push(cause);
  }
  const { state, made } = planned;
  const maker = state === 'hit' && made ? await madeIn(context.history, name, made.hash) : null;
  return { stage: name, state, reason, madeIn: maker?.run ?? null, from };
}

async function reasonOf(
  { stage, state, made, result, reason }: PlannedStage,
  context: DecideContext,
): Promise<Reason> {
  if (state !== 'hit' || !made || !result) return reason;
  return (await sinceLastResult(stage, made, result, context)) ?? reason;
}

function namedIn(reason: Reason): readonly string[] {
  if (reason.type === 'depends') return reason.on;
  if (reason.type !== 'changed') return [];
  return [...new Set(reason.changes.flatMap((change) => (change.type === 'input' ? [change.stage] : [])))];
}
