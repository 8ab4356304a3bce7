/** A plan, printed: what each stage will do and why, and what it comes to. */
import type { Plan, PlannedStage } from '../plan/plan.ts';
import { reasonText } from '../plan/reason.ts';
import { duration } from './duration.ts';
import { continuing } from './stage-lines.ts';
import { formatTable } from './table.ts';

export function formatPlan(plan: Plan): string {
  const rows = plan.stages.map((planned) => [
    planned.stage.name,
    planned.state,
    reasonText(planned.reason) + continuing(planned.continuesFrom) + trialsToTrain(planned.trials),
    planned.seconds === null ? '' : `about ${duration(planned.seconds)}`,
  ]);
  const timed = rows.some((row) => row[3] !== '');
  const head = ['stage', 'plan', 'why', timed ? 'time' : ''];
  return [formatTable(head, rows), '', ...summary(plan.stages)].join('\n');
}

/** ` (3 of 5 trials to train, 2 on from epochs they have)`; where later ones depend on these, `at least`. */
function trialsToTrain(trials: PlannedStage['trials']): string {
  if (!trials) return '';
  const all = trials.total ?? trials.known + trials.new;
  const on = trials.continued === 0 ? '' : `, ${trials.continued} on from epochs they have`;
  return ` (${trials.open ? 'at least ' : ''}${trials.new} of ${all} trials to train${on})`;
}

function summary(stages: readonly PlannedStage[]): string[] {
  const count = (state: PlannedStage['state']): number => stages.filter((one) => one.state === state).length;
  const [hits, runs, depends] = [count('hit'), count('run'), count('depends')];
  if (runs + depends === 0) return [`nothing to do: ${hits} cached`];
  const waiting =
    depends === 0
      ? ''
      : ` and up to ${depends} that depend${depends === 1 ? 's' : ''} on ${runs === 1 ? 'it' : 'them'}`;
  return [`${runs} to run${waiting}, ${hits} cached${totalTime(stages)}`, ...otherEngines(stages)];
}

function totalTime(stages: readonly PlannedStage[]): string {
  const due = stages.filter(({ state }) => state !== 'hit');
  const unknown = due.filter(({ seconds }) => seconds === null).map(({ stage }) => stage.name);
  if (unknown.length === due.length) return '';
  const total = due.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
  const most = due.some(({ state }) => state === 'depends') ? 'at most ' : '';
  const others = unknown.length === 0 ? '' : `, without ${listed(unknown)}, which never ran on this engine`;
  return ` · ${most}about ${duration(total)}${others}`;
}

const mostNamed = 5;

function listed(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ');
}

/** What it costs that an engine is asked for by name. */
function otherEngines(stages: readonly PlannedStage[]): string[] {
  const names = stages.filter(({ reason }) => reason.type === 'other-engine').map(({ stage }) => stage.name);
  return names.length === 0 ? [] : [`with \`--engine auto\` the cache would give ${listed(names)}`];
}
