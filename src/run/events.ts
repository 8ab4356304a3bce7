/** Everything that can happen in a run, told as it happens. ui/ and --json only consume these. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Progress } from '../stages/context.ts';
import type { Trial } from '../tune/trials.ts';

export type StageOutcomeName = 'cached' | 'ran' | 'failed' | 'skipped' | 'interrupted';

export type RunEvent =
  | {
      readonly type: 'run-start';
      readonly pipeline: string;
      readonly profile: string | null;
      readonly stages: readonly string[];
      readonly engine: string;
      /** Why this engine, and what a faster one would need. */
      readonly engineReason: string;
    }
  | {
      readonly type: 'stage-start';
      readonly stage: string;
      readonly reason: string;
      /** The epoch that a training goes on from. */
      readonly continuesFrom: number | null;
    }
  /** Another process is at the same stage, or has a mutex of it. */
  | { readonly type: 'stage-wait'; readonly stage: string; readonly owner: string }
  | {
      readonly type: 'stage-retry';
      readonly stage: string;
      /** Why the last try failed. */
      readonly diagnostic: Diagnostic;
      /** Tries that are left. */
      readonly left: number;
      /** Until the next one. */
      readonly seconds: number;
    }
  | { readonly type: 'stage-progress'; readonly stage: string; readonly progress: Progress }
  /** A trial of a search began, went on, or ended. */
  | {
      readonly type: 'stage-trial';
      readonly stage: string;
      readonly trial: Omit<Trial<unknown>, 'executions' | 'rungs'> & {
        /** Done, also in part, of its budget. */
        readonly epochs: number;
      };
      /** What the objective is: `valAccuracy`. */
      readonly metric: string;
      readonly goal: 'maximize' | 'minimize';
      readonly ended: number;
      readonly failed: number;
      readonly total: number | null;
      readonly best: { readonly trial: number; readonly objective: number } | null;
      readonly secondsLeft: number | null;
    }
  | { readonly type: 'stage-log'; readonly stage: string; readonly line: string }
  | {
      readonly type: 'stage-end';
      readonly stage: string;
      readonly outcome: StageOutcomeName;
      readonly seconds: number;
      readonly summary: string;
      /** Why it ran: `param rotation 20 → 25`; for a skipped stage, what it waited for. */
      readonly reason: string;
      readonly diagnostic?: Diagnostic;
    }
  | {
      readonly type: 'run-end';
      readonly outcome: 'done' | 'failed' | 'interrupted';
      readonly seconds: number;
      readonly counts: { readonly [outcome in StageOutcomeName]: number };
      /** The id of the run's record. */
      readonly record: string;
      /** Null where nothing of the run is kept, not even its record. */
      readonly outputs: string | null;
    };
