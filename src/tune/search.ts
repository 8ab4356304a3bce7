/**
 * Runs an oracle's trials, so many at a time. What is tried and what comes of it depends on the oracle and on the
 * trials' results alone, never on how many run at the same time or on which of them ends first.
 */
import { isPruned, type MedianRule, stopsOf } from './median-rule.ts';
import type { Ask, Oracle } from './oracle.ts';
import { meanOf, type Trial, type TrialExecution, type TrialStatus } from './trials.ts';

export interface SearchOptions<Own> {
  /** 1 where more is better, else -1. */
  readonly better: 1 | -1;
  /** Trainings of each trial, with a seed each. */
  readonly executions: number;
  readonly maxFailures: number;
  readonly prune: MedianRule | null;
  /** With a rule for pruning, a trial is compared with those that came at least so many before it. */
  readonly parallel: number;
  /** Trials at the same time here and now: at most `parallel`, or fewer. */
  readonly atOnce: number;
  onTrial?(trial: Trial<Own>, all: readonly Trial<Own>[]): void;
}

export type Judged<Own> =
  | ({ readonly type: 'judged' } & Omit<TrialExecution<Own>, 'execution'>)
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'interrupted' }
  /** Not known without training: for telling beforehand what a search will do. */
  | { readonly type: 'unknown' };

/** Trains a point from its beginning, or from where it was, to so many epochs in all. */
export type Judge<Own> = (ask: Ask & { readonly execution: number }) => Promise<Judged<Own>>;

export interface Searched<Own> {
  readonly outcome: 'done' | 'interrupted' | 'too-many-failures' | 'unknown';
  /** By number. */
  readonly trials: readonly Trial<Own>[];
}

export function runSearch<Own>(
  oracle: Oracle,
  judge: Judge<Own>,
  options: SearchOptions<Own>,
): Promise<Searched<Own>> {
  return new Search(oracle, judge, options).run();
}

class Search<Own> {
  readonly #oracle: Oracle;
  readonly #judge: Judge<Own>;
  readonly #options: SearchOptions<Own>;
  readonly #trials = new Map<number, Trial<Own>>();
  readonly #running = new Set<Promise<void>>();
  #held: Ask | null = null;
  #outcome: Searched<Own>['outcome'] = 'done';

  constructor(oracle: Oracle, judge: Judge<Own>, options: SearchOptions<Own>) {
    this.#oracle = oracle;
    this.#judge = judge;
    this.#options = options;
  }

  async run(): Promise<Searched<Own>> {
    for (;;) {
      this.#startMore();
      if (this.#running.size === 0) break;
      await Promise.race(this.#running);
    }
    return { outcome: this.#outcome, trials: this.#all().map((trial) => this.#ended(trial)) };
  }

  #startMore(): void {
    const goesOn = (): boolean => this.#outcome === 'done' || this.#outcome === 'unknown';
    while (goesOn() && this.#running.size < this.#options.atOnce) {
      const ask = this.#nextAsk();
      if (!ask) return;
      const running = this.#attempt(ask).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  /** An ask waits here until all that it may be compared with have ended: else the number of processes would count. */
  #nextAsk(): Ask | null {
    const next = this.#held ?? this.#oracle.next();
    this.#held = typeof next === 'object' ? next : null;
    const ask = this.#held;
    if (!ask || (this.#options.prune && !this.#compared(ask.trial).every(hasEnded))) return null;
    this.#held = null;
    return ask;
  }

  async #attempt(ask: Ask): Promise<void> {
    const before = this.#trials.get(ask.trial);
    this.#update({ ...(before ?? fresh(ask)), status: 'running', budget: ask.epochs });
    for (const epochs of stopsOf(this.#options.prune, ask.epochs)) {
      const judged = await Promise.all(
        Array.from({ length: this.#options.executions }, (_, execution) =>
          this.#judge({ ...ask, epochs, execution }),
        ),
      );
      if (this.#take(ask, epochs, judged)) return;
    }
  }

  /** Is the trial over with this? */
  #take(ask: Ask, epochs: number, judged: readonly Judged<Own>[]): boolean {
    const odd = judged.find(({ type }) => type !== 'judged');
    if (odd?.type === 'failed') return this.#fail(ask, odd.reason);
    if (odd?.type === 'interrupted' || odd?.type === 'unknown') {
      this.#outcome = odd.type;
      return true;
    }
    const executions = judged.flatMap((one, execution) =>
      one.type === 'judged' ? [{ execution, objective: one.objective, curve: one.curve, own: one.own }] : [],
    );
    const { mean: objective, error } = meanOf(executions.map((one) => one.objective));
    const before = this.#trials.get(ask.trial) ?? fresh<Own>(ask);
    // One that stopped early will not go on with more epochs either, and is compared with those that had them all.
    const through = epochs === ask.epochs || executions.every(({ curve }) => curve.length < epochs);
    const rungs = [...before.rungs, { epochs: through ? ask.epochs : epochs, objective }];
    const pruned = !through && this.#isPruned(ask, executions);
    const status: TrialStatus = pruned ? 'pruned' : through ? 'finished' : 'running';
    const reason = pruned ? `after epoch ${epochs} worse than the median of those before` : null;
    this.#update({
      ...before,
      status,
      reason,
      objective,
      error,
      executions,
      rungs,
      budget: pruned ? epochs : ask.epochs,
    });
    if (status !== 'running')
      this.#oracle.tell({
        trial: ask.trial,
        score: -this.#options.better * objective,
        epochs: pruned ? epochs : ask.epochs,
      });
    return status !== 'running';
  }

  #fail(ask: Ask, reason: string): true {
    const before = this.#trials.get(ask.trial) ?? fresh<Own>(ask);
    this.#update({ ...before, status: 'failed', reason, objective: null, error: null, executions: [] });
    this.#oracle.tell({ trial: ask.trial, score: null, epochs: ask.epochs });
    const failures = this.#all().filter(({ status }) => status === 'failed').length;
    if (failures > this.#options.maxFailures) this.#outcome = 'too-many-failures';
    return true;
  }

  #isPruned({ trial }: Ask, executions: readonly TrialExecution<Own>[]): boolean {
    const { prune } = this.#options;
    const others = this.#compared(trial).flatMap((other) =>
      other?.status === 'finished' ? [this.#scores(other.executions)] : [],
    );
    return prune !== null && isPruned(prune, this.#scores(executions), others);
  }

  /** By epoch, the mean over the executions. */
  #scores(executions: readonly TrialExecution<Own>[]): number[] {
    const epochs = Math.min(...executions.map(({ curve }) => curve.length));
    return Array.from(
      { length: epochs },
      (_, i) => -this.#options.better * meanOf(executions.map(({ curve }) => curve[i] ?? Number.NaN)).mean,
    );
  }

  #compared(trial: number): (Trial<Own> | undefined)[] {
    const count = Math.max(0, trial - this.#options.parallel);
    return Array.from({ length: count }, (_, i) => this.#trials.get(i + 1));
  }

  /** One that did not come as far as others is one that halving stopped. */
  #ended(trial: Trial<Own>): Trial<Own> {
    const most = Math.max(...this.#all().map(({ budget }) => budget));
    return trial.status === 'finished' && trial.budget < most ? { ...trial, status: 'stopped' } : trial;
  }

  #update(trial: Trial<Own>): void {
    this.#trials.set(trial.trial, trial);
    this.#options.onTrial?.(trial, this.#all());
  }

  #all(): Trial<Own>[] {
    return [...this.#trials.values()].sort((a, b) => a.trial - b.trial);
  }
}

const hasEnded = (trial: Trial<unknown> | undefined): boolean =>
  trial !== undefined && trial.status !== 'running';

function fresh<Own>({ trial, point, epochs }: Ask): Trial<Own> {
  return {
    trial,
    point,
    status: 'running',
    reason: null,
    objective: null,
    error: null,
    budget: epochs,
    executions: [],
    rungs: [],
  };
}
