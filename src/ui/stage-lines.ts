/** What a run's events say, a line each: pure text. */
import type { ChalkInstance } from 'chalk';
import type { RunEvent } from '../run/events.ts';
import { cut, padded, printable, widthOf } from './text.ts';

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

const symbols = { cached: '✔', ran: '✔', failed: '✖', skipped: '○', interrupted: '◌' } as const;
const widestName = 36;
const summaryWidth = 52;

/** The column of names: as wide as the widest, within reason. */
export function nameWidthOf(stages: readonly string[]): number {
  return Math.min(widestName, Math.max(...stages.map(widthOf)));
}

/** A name that fills its column. */
export const named = (name: string, width: number): string => padded(cut(printable(name), width), width);

export function heading(event: Event<'run-start'>, chalk: ChalkInstance): string {
  const profile = event.profile === null ? '' : `@${event.profile}`;
  const stages = `${event.stages.length} stage${event.stages.length === 1 ? '' : 's'}`;
  return `${chalk.bold(event.pipeline)}${profile} · ${stages} · engine ${event.engine} (${event.engineReason})`;
}

/** `room`: the columns of the line, null where it may have any. */
export function endLine(
  event: Event<'stage-end'>,
  nameWidth: number,
  room: number | null,
  chalk: ChalkInstance,
): string {
  const { outcome } = event;
  const how = outcome === 'ran' ? `ran ${event.seconds.toFixed(1)} s` : outcome;
  const reason = outcome === 'ran' || outcome === 'skipped' ? reasonText(event.reason) : '';
  const columns = [
    `  ${painted(outcome, chalk)(symbols[outcome])} ${named(event.stage, nameWidth)}`,
    padded(printable(event.summary), summaryColumn(nameWidth, room)),
    padded(how, reason === '' ? 0 : 12),
    chalk.dim(reason),
  ];
  return columns
    .filter((column) => column !== '')
    .join('  ')
    .trimEnd();
}

/** Narrower in a narrow terminal, so that a short reason still stands in the same line. */
const summaryColumn = (nameWidth: number, room: number | null): number =>
  room === null ? summaryWidth : Math.min(summaryWidth, Math.max(12, room - nameWidth - 40));

function painted(outcome: Event<'stage-end'>['outcome'], chalk: ChalkInstance): (text: string) => string {
  if (outcome === 'failed') return chalk.red;
  return outcome === 'skipped' || outcome === 'interrupted' ? chalk.yellow : chalk.green;
}

export function finishLine(event: Event<'run-end'>): string {
  const { counts } = event;
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const nothing = event.outcome === 'done' && counts.ran === 0 ? 'nothing to do: ' : '';
  const kept = event.outputs === null ? '' : ` · run ${event.record}\noutputs in ${event.outputs}`;
  return `${event.outcome} in ${event.seconds.toFixed(1)} s · ${nothing}${told.join(', ')}${kept}`;
}

export const retryLine = (event: Event<'stage-retry'>, nameWidth: number): string =>
  `  ↻ ${named(event.stage, nameWidth)}  failed, is tried again in ${event.seconds} s (${event.left} left): ${event.diagnostic.message}`;

export const waitLine = (event: Event<'stage-wait'>, nameWidth: number): string =>
  `  ○ ${named(event.stage, nameWidth)}  waits for ${event.owner}, which is at the same`;

/** A part of an epoch is told by its tenths. */
export const continuing = (epoch: number | null): string =>
  epoch === null ? '' : `, continues from epoch ${Number(epoch.toFixed(1))}`;

/** `param rotation 20 → 30, param zoom 0 → 0.2`: what changes so is known to be a param. */
export const reasonText = (reason: string): string => printable(reason.replaceAll(/(^|, )param /g, '$1'));
