/** Trials as a table: a row a trial, a column a dimension. */
import type { Value } from './space.ts';

export interface TrialRow {
  readonly trial: number;
  readonly point: { readonly [name: string]: Value };
  readonly status: string;
  readonly reason: string | null;
  readonly objective: number | null;
  readonly error: number | null;
  readonly epochs: { readonly trained: number; readonly budgeted: number };
}

export type Cell = Value | null;

/** The columns in order; what a trial lacks is null. */
export function tableOf(trials: readonly TrialRow[]): { columns: string[]; rows: Cell[][] } {
  const names = [...new Set(trials.flatMap(({ point }) => Object.keys(point)))].sort();
  return {
    columns: ['trial', 'status', 'objective', 'error', 'epochs', ...names, 'reason'],
    rows: trials.map(({ trial, status, objective, error, epochs, point, reason }) => [
      trial,
      status,
      objective,
      error,
      epochs.trained,
      ...names.map((name) => point[name] ?? null),
      reason,
    ]),
  };
}

/** RFC 4180, with a head and a line end of one character. */
export function csvOf(trials: readonly TrialRow[]): string {
  const { columns, rows } = tableOf(trials);
  const text = (cell: Cell): string => {
    const plain = String(cell ?? '');
    return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  return `${[columns, ...rows].map((row) => row.map(text).join(',')).join('\n')}\n`;
}

/** trials.json, as far as it is shown. */
export interface TrialsFile {
  readonly version: 1;
  /** Numbers of trials, the best first. */
  readonly ranking: readonly number[];
  readonly trials: readonly TrialRow[];
}

/** Null for what is of another version. This program alone writes these files, and the store checks their bytes. */
export function readTrials(text: string): TrialsFile | null {
  const value: unknown = JSON.parse(text);
  return isTrialsFile(value) ? value : null;
}

function isTrialsFile(value: unknown): value is TrialsFile {
  if (typeof value !== 'object' || value === null) return false;
  const frame = new Map<string, unknown>(Object.entries(value));
  return (
    frame.get('version') === 1 && Array.isArray(frame.get('ranking')) && Array.isArray(frame.get('trials'))
  );
}

/** By a column, ascending, what lacks it last; by `objective` and without a column the best first. */
export function sortRows({ ranking, trials }: TrialsFile, column: string | null): TrialRow[] {
  const rank = (row: TrialRow): number => ranking.indexOf(row.trial);
  if (column === null || column === 'objective') return trials.toSorted((a, b) => rank(a) - rank(b));
  const { columns, rows } = tableOf(trials);
  const at = columns.indexOf(column);
  const cells = new Map(trials.map((row, i) => [row, rows[i]?.[at] ?? null]));
  return trials.toSorted((a, b) => compared(cells.get(a) ?? null, cells.get(b) ?? null) || rank(a) - rank(b));
}

function compared(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
