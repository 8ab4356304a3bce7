/** A search as it happens: what its trials are at, the best first, and how long the rest will take. */
import type { RunEvent } from '../run/events.ts';
import { duration } from './duration.ts';
import { formatTable } from './table.ts';

export type TrialEvent = Extract<RunEvent, { type: 'stage-trial' }>;

/** Rows of trials that have ended. */
const bestShown = 3;

export class TrialsView {
  readonly #trials = new Map<number, TrialEvent['trial']>();
  #last: TrialEvent | null = null;

  onTrial(event: TrialEvent): void {
    this.#last = event;
    this.#trials.set(event.trial.trial, event.trial);
  }

  /** `12/40 trials, 1 failed · best valAccuracy 0.7421 (trial 7) · 14 min left`. */
  headline(): string {
    const last = this.#last;
    if (!last) return '';
    const { ended, total, failed, best, metric, secondsLeft } = last;
    const of = total === null ? '' : `/${total}`;
    return [
      `${ended}${of} trials${failed > 0 ? `, ${failed} failed` : ''}`,
      ...(best ? [`best ${metric} ${best.objective.toFixed(4)} (trial ${best.trial})`] : []),
      ...(secondsLeft === null ? [] : [`${duration(secondsLeft)} left`]),
    ].join(' · ');
  }

  /** All in one line: the headline, and the epochs that running trials are at. */
  line(): string {
    const running = this.#sorted().filter(({ status }) => status === 'running');
    const at = running.map(({ trial, epochs, budget }) => `trial ${trial} at ${shortest(epochs)}/${budget}`);
    return [this.headline(), ...at].join(' · ');
  }

  /** What runs, and the best of what has ended. */
  table(): string[] {
    const last = this.#last;
    if (!last) return [];
    const all = this.#sorted();
    const running = all.filter(({ status }) => status === 'running');
    const sign = last.goal === 'minimize' ? 1 : -1;
    const ended = all
      .filter(({ status, objective }) => status !== 'running' && objective !== null)
      .sort((a, b) => b.budget - a.budget || sign * ((a.objective ?? 0) - (b.objective ?? 0)))
      .slice(0, bestShown);
    const rows = [...running, ...ended];
    const names = [...new Set(rows.flatMap(({ point }) => Object.keys(point)))].sort();
    const head = ['trial', 'status', 'epochs', last.metric, ...names];
    return formatTable(
      head,
      rows.map((trial) => [
        String(trial.trial),
        trial.status,
        `${shortest(trial.epochs)}/${trial.budget}`,
        judged(trial),
        ...names.map((name) => short(trial.point[name])),
      ]),
    ).split('\n');
  }

  #sorted(): TrialEvent['trial'][] {
    return [...this.#trials.values()].sort((a, b) => a.trial - b.trial);
  }
}

const shortest = (epochs: number): string => String(Number(epochs.toFixed(1)));

/** One plain line for a trial that has ended; null for one that goes on. */
export function endedLine({ trial, metric }: TrialEvent): string | null {
  if (trial.status === 'running') return null;
  const values = Object.entries(trial.point).map(([name, value]) => `${name} ${short(value)}`);
  const result = trial.objective === null ? (trial.reason ?? '') : `${metric} ${judged(trial)}`;
  return `trial ${trial.trial} ${trial.status} after ${trial.budget} epoch${trial.budget === 1 ? '' : 's'}: ${result} (${values.join(', ')})`;
}

function judged({ objective, error }: TrialEvent['trial']): string {
  if (objective === null) return '';
  return `${objective.toFixed(4)}${error === null ? '' : ` ± ${error.toFixed(4)}`}`;
}

function short(value: number | string | boolean | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value ?? '');
}
