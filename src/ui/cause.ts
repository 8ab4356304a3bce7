/** Why a stage runs or does not, printed: one line a stage, its causes below it. */
import type { Ran } from '../experiments/why-ran.ts';
import type { Cause } from '../plan/cause.ts';
import { changeTexts, neverRun, reasonText } from '../plan/reason.ts';

export function formatCause(cause: Cause, indent = ''): string {
  return [`${indent}${line(cause)}`, ...cause.from.map((inner) => formatCause(inner, `${indent}  `))].join(
    '\n',
  );
}

function line({ stage, state, reason, madeIn }: Cause): string {
  if (state === 'depends') return `${stage} ${reasonText(reason)}`;
  if (state === 'run') return `${stage} will run: ${reasonText(reason)}`;
  const cached = `${stage} is cached${madeIn === null ? '' : ` since ${madeIn}`}`;
  if (reason.type === 'cached') return `${cached}: nothing that decides it has changed`;
  if (reason.type === 'changed')
    return `${cached}; compared with ${reason.since}: ${changeTexts(reason.changes).join(', ')}`;
  return `${cached}: ${reasonText(reason)}`;
}

/** Why it ran in the last run. */
export function formatRan(ran: Ran, run: string): string {
  return [
    `in the last run, ${run}, it ran${because(ran.reason)}`,
    ...ran.from.map((inner) => ranBefore(inner, '  ')),
  ].join('\n');
}

function ranBefore({ stage, outcome, reason, from }: Ran, indent: string): string {
  return [
    `${indent}${stage} ${outcome === 'ran' ? 'ran' : `was ${outcome}`}${because(reason)}`,
    ...from.map((inner) => ranBefore(inner, `${indent}  `)),
  ].join('\n');
}

const because = (reason: string): string => (reason === neverRun ? ' for the first time' : `: ${reason}`);
