/** What plan needs to know of earlier runs of the same file and profile, the newest first. */
import type { StageOutcomeName } from '../run/events.ts';
import type { EngineIdentity } from '../run/store.ts';
import type { JsonObject } from '../stages/kind.ts';

/** A stage in one earlier run. */
export interface PastStage {
  readonly run: string;
  readonly outcome: StageOutcomeName;
  /** Null where it came to no result. */
  readonly fingerprint: string | null;
  /** Resolved, with defaults. */
  readonly params: JsonObject;
  readonly engine: EngineIdentity | null;
  readonly seconds: number;
  readonly values: { readonly [value: string]: number | string | boolean };
  /** By port, the digest of its content. */
  readonly ports: { readonly [port: string]: string };
  /** The epoch that a training went on from. */
  readonly continuedFrom: number | null;
}

export interface History {
  /** The stage in the newest run of which `fits` holds, or null. */
  find(stage: string, fits: (past: PastStage) => boolean): Promise<PastStage | null>;
}

/** The newest run in which the stage had a result. */
export const lastResult = (history: History, stage: string): Promise<PastStage | null> =>
  history.find(stage, (past) => past.fingerprint !== null);

/** The newest run in which the stage ran to a result of this fingerprint. */
export const madeIn = (history: History, stage: string, fingerprint: string): Promise<PastStage | null> =>
  history.find(stage, (past) => past.outcome === 'ran' && past.fingerprint === fingerprint);
