// Made from src/stages/context.ts by `npm run generate`.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export type PortType = 'files' | 'dataset' | 'model' | 'trained' | 'history' | 'metrics' | 'predictions' | 'image' | 'trials' | 'page' | 'facts';

/** A stage that another is made from, and what it is made from itself. */
export interface LineageStage {
  readonly name: string;
  readonly kind: string;
  readonly from: readonly string[];
}

/** The content of an input port. Files are read-only. */
export interface Artifact {
  readonly stage: string;
  readonly kind: string;
  readonly port: string;
  readonly type: PortType;
  /** Relative path in the port → absolute path of its bytes. */
  readonly files: { readonly [path: string]: string };
}

/** What a stage computes on. */
export interface EngineOrder {
  readonly name: string;
  /** Absolute paths of what it is loaded from, by role. */
  readonly files: { readonly [role: string]: string };
}

export interface Progress {
  /** What is counted: `epoch`, `bytes`, `images`. */
  readonly unit: string;
  readonly done: number;
  readonly total: number | null;
  /** Shown after the bar, in order: `{ loss: '0.71', acc: '75.3%' }`. */
  readonly show?: { readonly [label: string]: string };
}

export interface Checkpoints {
  /** The newest usable checkpoint at or below `epochs`, or null. Files as they were saved. */
  readonly latest: { readonly epoch: number; readonly files: { readonly [path: string]: string } } | null;
  /** Hands over the files of `folder` (fully written) as the state after so many epochs; a fraction lies in the midst of one. */
  save(epoch: number, folder: string): void;
}

export interface StageContext {
  readonly name: string;
  readonly params: JsonObject;
  readonly seed: number;
  /** Null for kinds that use none. */
  readonly engine: EngineOrder | null;
  /** The one artifact of a param; throws when there is none. */
  input(param: string): Artifact;
  inputs(param: string): readonly Artifact[];
  /** The folder into which the port's files are to be written; it exists and is empty. */
  outDir(port: string): string;
  /** The output file is an input's, byte for byte: nothing is copied. */
  forward(port: string, path: string, from: Artifact, fromPath: string): void;
  /** A folder that lives as long as the stage runs. */
  readonly scratch: string;
  /** A folder that outlives the run, for downloads that are resumed and checked by hash. */
  readonly downloads: string;
  /** PIPE_MIRROR: folders or URLs where downloads are looked for first. */
  readonly mirrors: readonly string[];
  readonly root: string;
  progress(progress: Progress): void;
  log(line: string): void;
  readonly checkpoints: Checkpoints;
  /** What the stage is made from, for kinds that show other stages; else empty. */
  readonly lineage: readonly LineageStage[];
  readonly signal: AbortSignal;
}

export interface StageOutcome {
  /** One short line for people: `mean 120.72, std 64.16`. No times in it. */
  readonly summary: string;
  readonly values?: { readonly [value: string]: number | string };
  /** Facts for reports beside params and versions; no times in it. */
  readonly facts?: { readonly [name: string]: Json };
  /** Where its time went, as shares of 1: for the run's record, never part of a result's content. */
  readonly timing?: { readonly [part: string]: number };
}

export type RunStage = (context: StageContext) => Promise<StageOutcome>;
