/**
 * What the planner knows of a kind of stage without running it. A kind's `kind.ts` exports one of these and imports
 * nothing heavy; its `stage.ts` does the work, in a child process.
 */
import type { Code } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Network } from '../nn/graph.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** What programs and modules may take and give; of a stage's outputs a program takes the first that is there. */
export const portTypes = [
  'files',
  'dataset',
  'model',
  'trained',
  'history',
  'metrics',
  'predictions',
  'image',
  'trials',
  'page',
] as const;
/** Every stage gives facts beside. */
export type PortType = (typeof portTypes)[number] | 'facts';

export interface OutputPort {
  readonly type: PortType;
  readonly description: string;
}

/** A param that holds a reference (`stage` or `stage.port`). */
export interface InputPort {
  readonly param: string;
  /** Port types that fit, best first. `reported`: every output of the stage that a report can show (all but dataset, model, trained, files, page). */
  readonly accepts: readonly PortType[] | 'reported';
  readonly list?: boolean;
  readonly optional?: boolean;
}

/** Something whose code decides output bytes; its version (see components.ts) is raised when they change. */
export interface Component {
  readonly name: string;
  readonly version: number | string;
}

export interface DatasetForm {
  readonly type: 'dataset';
  /** Shape of one example, such as [32, 32, 3]; null when it isn't known before running. */
  readonly example: readonly number[] | null;
  readonly classes: number | null;
  /** Set where examples are a network's outputs and no pixels. */
  readonly features?: true;
  /** Set where training rows are drawn anew each epoch. */
  readonly augmented?: true;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number } | null;
}
export interface ModelForm {
  readonly type: 'model';
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly lastActivation: string | null;
  readonly parameters: number;
  readonly network: Network;
}
/** What is known of a port's content before anything runs. */
export type Form = DatasetForm | ModelForm;

export interface CheckInput {
  readonly params: JsonObject;
  /** By param, then in order of the references; undefined where nothing is known. */
  readonly inputs: { readonly [param: string]: readonly (Form | undefined)[] };
  /** A diagnostic at a param's place: `at('optimizer.rmsprop.learningRate', {code, message, fix})`; dots and list indices. */
  at(path: string, what: Omit<ParamProblem, 'path'>): Diagnostic;
}
/** What is wrong with a param, whoever then knows where that is written. */
export interface ParamProblem {
  /** In the params: `optimizer.adam.learningRate`. */
  readonly path: string;
  readonly code: Code;
  readonly message: string;
  readonly fix?: string;
  /** Without one, an error. */
  readonly severity?: 'error' | 'warning';
}
export interface CheckResult {
  readonly diagnostics: readonly Diagnostic[];
  /** By output port. */
  readonly forms: { readonly [port: string]: Form };
  readonly takes?: Takes;
}
/** What a stage takes, worked out before anything runs. */
export interface Takes {
  /** Of the network. */
  readonly parameters: number;
  /** Of the network for one example; of a training for all of its examples. */
  readonly multiplyAdds: number;
  /** Bytes at a training's peak. */
  readonly memory?: number;
}

export interface Kind {
  readonly name: string;
  /** The file of a kind that a project brings. */
  readonly module?: string;
  inputs(params: JsonObject): readonly InputPort[];
  /** Every kind also has `facts`, written by the runner; it isn't listed here. */
  outputs(params: JsonObject): { readonly [port: string]: OutputPort };
  /** Values that later stages may read as `${stages.NAME.VALUE}`. */
  values(params: JsonObject): { readonly [value: string]: 'number' | 'string' | 'boolean' };
  /** Patterns of the project's files that it reads: their content counts. */
  files?(params: JsonObject): readonly string[];
  readonly usesEngine: boolean;
  /** The param by which it asks the engine for bfloat16, which not every engine has; null where it doesn't. */
  bfloat16?(params: JsonObject): string | null;
  /** The param that only says how long to go on (`epochs`): what is done without it is kept in checkpoints and continued from. */
  readonly continues?: string;
  /** Does what is done early depend on `continues`, as with a schedule over all epochs? */
  needsHorizon?(params: JsonObject): boolean;
  /** Does the seed decide its output? */
  draws(params: JsonObject): boolean;
  /** What decides its bytes beside what it reads; `random` is added where it draws. */
  components(params: JsonObject): readonly Component[];
  /** Files and folders of the project that the stage reads, by the param that names them: they count by their content. */
  reads?(params: JsonObject): { readonly [param: string]: string };
  /** Of the params that differ from their defaults, those that decide the output as the others stand; all where there is no such function. */
  decisive?(chosen: JsonObject): JsonObject;
  check(input: CheckInput): CheckResult;
}
