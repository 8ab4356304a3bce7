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
