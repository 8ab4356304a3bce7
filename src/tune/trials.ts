/** What is known of a search's trials. `Own` is what belongs to a training of them; a search passes it on unread. */
import type { Point } from './space.ts';

/** `stopped`: a search with halving did not go on with it. */
export type TrialStatus = 'running' | 'finished' | 'stopped' | 'pruned' | 'failed';

/** One training of a trial: one seed. */
export interface TrialExecution<Own> {
  /** From 0; it is added to the seed. */
  readonly execution: number;
  readonly objective: number;
  /** The objective after each epoch. */
  readonly curve: readonly number[];
  readonly own: Own;
}

export interface Trial<Own> {
  readonly trial: number;
  readonly point: Point;
  readonly status: TrialStatus;
  /** Why it failed or was pruned, else null. */
  readonly reason: string | null;
  /** Over its executions; null before it is judged and where it failed. */
  readonly objective: number | null;
  /** The standard error of that mean; null for one execution. */
  readonly error: number | null;
  /** The epochs that it was last asked to reach. */
  readonly budget: number;
  readonly executions: readonly TrialExecution<Own>[];
  /** Each time that it was judged. */
  readonly rungs: readonly { readonly epochs: number; readonly objective: number }[];
}

/**
 * Of those with the most epochs the one with the best objective; of equals the first, so that more trials never change
 * the winner without beating it. Null where none was judged.
 */
export function bestOf<Own>(trials: readonly Trial<Own>[], better: 1 | -1): Trial<Own> | null {
  return ranked(trials, better).find(({ objective }) => objective !== null) ?? null;
}

/** Best first: the longest trained, then by objective, then the first; what was pruned or failed last. */
export function ranked<Own>(trials: readonly Trial<Own>[], better: 1 | -1): Trial<Own>[] {
  const worth = ({ status, objective }: Trial<Own>): number =>
    objective === null ? 2 : status === 'pruned' ? 1 : 0;
  return trials.toSorted(
    (a, b) =>
      worth(a) - worth(b) ||
      reached(b) - reached(a) ||
      better * ((b.objective ?? 0) - (a.objective ?? 0)) ||
      a.trial - b.trial,
  );
}

/** The epochs after which it was last judged: while it runs, it is asked for more. */
const reached = ({ rungs }: Trial<unknown>): number => rungs.at(-1)?.epochs ?? 0;

/** The mean and its standard error, sd / √n with the sample's deviation. */
export function meanOf(values: readonly number[]): {
  readonly mean: number;
  readonly error: number | null;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, error: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}
