/** A search's trials: what it found, its plots, and the table of the best. */
import type { Json } from '../../stages/kind.ts';
import { rounded } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { count, escapeHtml, htmlTable, short } from '../html.ts';
import type { Input, TrialRow, Trials } from '../inputs.ts';
import type { Section } from '../section.ts';
import { trialCurves } from './trial-curves.ts';
import { history, parallel, slices } from './tuning-plots.ts';

export function tuning({ trials }: Input): Section | null {
  const searches = trials.map(readSearch).filter((search) => search.trials.length > 0);
  if (searches.length === 0) return null;
  return {
    title: 'Tuning',
    before: searches.map((search) => `<p>${escapeHtml(told(search))}</p>`).join(''),
    plots: searches.flatMap((search) => [
      history(search),
      ...trialCurves(search),
      ...parallel(search),
      ...slices(search),
    ]),
    after: searches.map(table),
  };
}

export interface Search {
  readonly stage: string;
  readonly metric: string;
  readonly maximize: boolean;
  readonly dimensions: readonly string[];
  readonly best: number | null;
  /** In the order in which they were tried. */
  readonly trials: readonly SearchedTrial[];
  /** The best first: those with the most epochs before others. */
  readonly ranked: readonly SearchedTrial[];
}

export interface SearchedTrial {
  readonly trial: number;
  readonly objective: number | null;
  /** Its standard error over executions; null for one. */
  readonly error: number | null;
  /** A value a dimension; null where a trial has none. */
  readonly values: readonly Cell[];
  /** The objective after each epoch, one curve an execution. */
  readonly curves: readonly (readonly (number | null)[])[];
}

function readSearch({ stage, objective, best, ranking, trials }: Trials): Search {
  const [direction, metric] = Object.entries(objective)[0] ?? ['maximize', 'objective'];
  const dimensions = [...new Set(trials.flatMap(({ point }) => Object.keys(point)))];
  const read = trials.map((row) => readTrial(row, String(metric), dimensions));
  return {
    stage,
    metric: String(metric),
    maximize: direction === 'maximize',
    dimensions,
    best,
    trials: read,
    ranked: ranking.flatMap((number) => read.filter(({ trial }) => trial === number)),
  };
}

function readTrial(row: TrialRow, metric: string, dimensions: readonly string[]): SearchedTrial {
  return {
    trial: row.trial,
    objective: row.objective,
    error: row.error,
    values: dimensions.map((name) => cellOf(row.point[name])),
    curves: row.executions.map(({ curves }) => curves[metric] ?? []),
  };
}

const cellOf = (value: Json | undefined): Cell =>
  value === undefined ? null : typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

function told({ stage, metric, maximize, best, trials, dimensions }: Search): string {
  const winner = trials.find((one) => one.trial === best);
  const failed = trials.filter((one) => one.objective === null).length;
  const failures = failed > 0 ? `, ${count(failed)} of them without a result` : '';
  const tried = `${stage} tried ${count(trials.length)} points${failures}, for the ${maximize ? 'highest' : 'lowest'} ${metric}.`;
  if (!winner || winner.objective === null) return tried;
  const values = dimensions.flatMap((name, i) => {
    const value = winner.values[i] ?? null;
    return value === null ? [] : [`${name} ${valueText(value)}`];
  });
  const error = winner.error === null ? '' : ` ± ${short(winner.error)}`;
  return `${tried} Trial ${best} won with ${short(winner.objective)}${error}: ${values.join(', ')}.`;
}

/** Whole numbers whole, others with what a person reads; the CSV files have every digit. */
const valueText = (value: Cell): string =>
  typeof value === 'number' && !Number.isInteger(value) ? short(value) : String(value ?? '–');

const shownTrials = 20;

function table({ stage, metric, dimensions, ranked }: Search): string {
  const rows = ranked
    .filter((one) => one.objective !== null)
    .slice(0, shownTrials)
    .map((one) => [String(one.trial), ...one.values.map(valueText), String(rounded(one.objective ?? 0))]);
  return `<h3>The best trials of ${escapeHtml(stage)}</h3>${htmlTable(['trial', ...dimensions, metric], rows, { label: `Best trials of ${stage}` })}`;
}
