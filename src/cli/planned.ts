/** What plan, graph, why and `run --dry-run` have in common: open a file and make its plan. */
import type { Result } from '../diagnostics/diagnostic.ts';
import type { History } from '../plan/history.ts';
import { lackingToRun } from '../plan/lacking.ts';
import { makePlan, type Plan, type PlannedStage } from '../plan/plan.ts';
import { reasonText } from '../plan/reason.ts';
import { notCached } from '../plan/select.ts';
import type { Store } from '../run/store.ts';
import { type Opened, openFile, type SelectFlags } from './open.ts';

export interface Planned extends Opened {
  readonly plan: Plan;
}

/** `history`: what to compare with, the file's and profile's own runs if nothing else. */
export async function openPlan(
  file: string,
  flags: SelectFlags,
  history?: (store: Store) => Promise<History>,
): Promise<Result<Planned>> {
  const opened = await openFile(file, flags);
  if (!opened.ok) return opened;
  const { graph, store, context: own } = opened.value;
  const context = history ? { ...own, history: await history(store) } : own;
  const plan = await makePlan(graph, context);
  const diagnostics = [...notCached(plan, opened.value), ...lackingToRun(plan, opened.value.engine)];
  return diagnostics.length > 0
    ? { ok: false, diagnostics }
    : { ok: true, value: { ...opened.value, context, plan } };
}

/** A stage of a plan as JSON. */
export function described({
  stage,
  state,
  reason,
  made,
  continuesFrom,
  trials,
  seconds,
}: PlannedStage): object {
  return {
    stage: stage.name,
    kind: stage.kind,
    state,
    reason: reasonText(reason),
    why: reason,
    fingerprint: made?.hash ?? null,
    dependsOn: stage.dependsOn,
    continuesFrom,
    trials,
    seconds,
  };
}
