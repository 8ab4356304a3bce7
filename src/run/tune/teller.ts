/** Tells how a search goes on, and counts what it really trains. */

import type { TrialTraining, Tuning } from '../../plan/tuning.ts';
import type { Oracle } from '../../tune/oracle.ts';
import { bestOf, type Trial } from '../../tune/trials.ts';
import type { RunEvent } from '../events.ts';
import type { Execution } from '../execute.ts';

export interface TrialTeller {
  onTrial(trial: Trial<TrialTraining>, all: readonly Trial<TrialTraining>[]): void;
  /** A trial's stages speak as the search: their progress is shown there, their ends are its own business. */
  inside(
    run: Execution,
    ask: { readonly trial: number; readonly execution: number },
    stage: string,
  ): Execution;
  /** Epochs that were trained now, and not taken from the cache. */
  epochsTrained(): number;
}

export function trialTeller(tuning: Tuning, oracle: Oracle, run: Execution): TrialTeller {
  return new Teller(tuning, oracle, run);
}

class Teller implements TrialTeller {
  readonly #tuning: Tuning;
  readonly #oracle: Oracle;
  readonly #run: Execution;
  readonly #started = performance.now();
  /** By trial and execution, the epochs that its running training has done. */
  readonly #live = new Map<number, Map<number, number>>();
  /** By trial, the epochs that were asked for and are over. */
  readonly #over = new Map<number, number>();
  #all: readonly Trial<TrialTraining>[] = [];
  #trained = 0;

  constructor(tuning: Tuning, oracle: Oracle, run: Execution) {
    this.#tuning = tuning;
    this.#oracle = oracle;
    this.#run = run;
  }

  onTrial = (trial: Trial<TrialTraining>, all: readonly Trial<TrialTraining>[]): void => {
    this.#all = all;
    if (trial.status === 'pruned' || trial.status === 'failed')
      this.#over.set(trial.trial, this.#tuning.params.epochs);
    else if (trial.status === 'finished') this.#over.set(trial.trial, trial.budget);
    if (trial.status !== 'running') this.#live.delete(trial.trial);
    this.#tell(trial);
  };

  /** Of a stage of a trial. The epochs of other trainings than the judged one are none that the search has asked for. */
  inside(
    run: Execution,
    { trial, execution }: { trial: number; execution: number },
    stage: string,
  ): Execution {
    const { checkpoints } = run.store;
    return {
      ...run,
      store: {
        ...run.store,
        checkpoints: {
          ...checkpoints,
          save: (prefix, engine, epoch, folder) => {
            if (Number.isInteger(epoch) && stage === this.#tuning.judged) this.#trained++;
            return checkpoints.save(prefix, engine, epoch, folder);
          },
        },
      },
      emit: (event) => this.#emit(event, trial, execution),
    };
  }

  epochsTrained(): number {
    return this.#trained;
  }

  #emit(event: RunEvent, number: number, execution: number): void {
    const { stage, judged } = this.#tuning;
    if (event.type === 'stage-log') this.#run.emit({ ...event, stage: stage.name });
    if (event.type !== 'stage-progress' || event.stage !== judged) return;
    const live = this.#live.get(number) ?? new Map<number, number>();
    this.#live.set(number, live.set(execution, event.progress.done));
    const trial = this.#all.find((one) => one.trial === number);
    if (trial) this.#tell(trial);
  }

  #tell(trial: Trial<TrialTraining>): void {
    const { stage, metric, better } = this.#tuning;
    const best = bestOf(this.#all, better);
    const ended = this.#all.filter(({ status }) => status !== 'running');
    const live = [...(this.#live.get(trial.trial)?.values() ?? [])];
    const epochs = trial.status === 'running' ? Math.min(...live, trial.budget) : trial.budget;
    this.#run.emit({
      type: 'stage-trial',
      stage: stage.name,
      trial: { ...shown(trial), epochs: live.length === 0 && trial.status === 'running' ? 0 : epochs },
      metric,
      goal: better === 1 ? 'maximize' : 'minimize',
      ended: ended.length,
      failed: ended.filter(({ status }) => status === 'failed').length,
      total: this.#oracle.trials,
      best: best?.objective == null ? null : { trial: best.trial, objective: best.objective },
      secondsLeft: this.#secondsLeft(),
    });
  }

  /** By the epochs that are left and what those trained so far took; null before there is one. */
  #secondsLeft(): number | null {
    if (this.#trained === 0) return null;
    const { executions } = this.#tuning.params;
    const over = [...this.#over.values()].reduce((sum, epochs) => sum + epochs, 0);
    const running = [...this.#live].map(([trial, live]) =>
      Math.max(0, Math.min(...live.values()) - (this.#over.get(trial) ?? 0)),
    );
    const left = this.#oracle.epochs - over - running.reduce((sum, epochs) => sum + epochs, 0);
    return (Math.max(0, left) * executions * (performance.now() - this.#started)) / 1000 / this.#trained;
  }
}

function shown(
  trial: Trial<TrialTraining>,
): Pick<Trial<TrialTraining>, 'trial' | 'point' | 'status' | 'reason' | 'objective' | 'error' | 'budget'> {
  const { trial: number, point, status, reason, objective, error, budget } = trial;
  return { trial: number, point, status, reason, objective, error, budget };
}
