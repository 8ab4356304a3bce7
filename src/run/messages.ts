/** What the runner and a stage's process tell each other, over Node's IPC channel. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LineageStage } from '../plan/lineage.ts';
import type { Artifact, Checkpoints, EngineOrder, Progress, StageOutcome } from '../stages/context.ts';
import type { JsonObject } from '../stages/kind.ts';

/** Everything that a stage's process is given. */
export interface StageOrder {
  readonly name: string;
  readonly kind: string;
  /** The file of a kind that the project brings. */
  readonly module: string | null;
  readonly params: JsonObject;
  readonly seed: number;
  readonly engine: EngineOrder | null;
  readonly inputs: { readonly [param: string]: readonly Artifact[] };
  /** Where port folders are made. */
  readonly work: string;
  readonly outputs: readonly string[];
  readonly downloads: string;
  readonly mirrors: readonly string[];
  readonly root: string;
  readonly checkpoint: Checkpoints['latest'];
  /** What it is made from; only for kinds that show it. */
  readonly lineage: readonly LineageStage[];
}

export interface Forward {
  readonly port: string;
  readonly path: string;
  /** The absolute path of the input's bytes. */
  readonly from: string;
}

/** A program with its arguments, or a line for the shell. */
export interface Program {
  readonly run: string | readonly string[];
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export type ToChild =
  | { readonly type: 'run'; readonly order: StageOrder }
  | { readonly type: 'stop' }
  /** As many at the same time as are wanted. */
  | { readonly type: 'start'; readonly id: number; readonly program: Program };

export type FromChild = FromStage | FromProgram;

export type FromStage =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'checkpoint'; readonly epoch: number; readonly folder: string }
  | {
      readonly type: 'done';
      readonly outcome: StageOutcome;
      readonly forwards: readonly Forward[];
      /** In bytes; null where that of this stage alone can't be known. */
      readonly peakMemory: number | null;
      /** The process waits for another stage. */
      readonly stays: boolean;
    }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic };

/** What becomes of a program, as Node tells it of a process. */
export type FromProgram =
  /** It leads a group of this number. */
  | { readonly id: number; readonly type: 'started'; readonly pid: number }
  | {
      readonly id: number;
      readonly type: 'printed';
      readonly to: 'stdout' | 'stderr';
      readonly bytes: Uint8Array;
    }
  /** `closed`: all that it printed has been told, too. */
  | {
      readonly id: number;
      readonly type: 'ended' | 'closed';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    }
  | { readonly id: number; readonly type: 'not-started'; readonly why: string };
