/** A pipeline file, read and checked; and the graph that its references make. */
import type { Place, Result } from '../diagnostics/diagnostic.ts';
import type { JsonObject, Takes } from '../stages/kind.ts';
import type { KnownKinds } from './kinds.ts';
import type { Node, Where } from './nodes.ts';
import type { Policy } from './policy.ts';

export interface Pipeline {
  readonly version: 1;
  readonly name: string;
  readonly description?: string;
  /** As the user gave it. */
  readonly file: string;
  readonly root: string;
  readonly seed: number;
  readonly engine: string;
  readonly profile: string | null;
  readonly vars: JsonObject;
  readonly kinds: KnownKinds;
  /** The text of every file that it was read from, the file itself first; paths as those of places. */
  readonly sources: { readonly [file: string]: string };
  /** In the file's order. */
  readonly stages: readonly Stage[];
}

export interface Stage {
  /** Unique: `train`, and for a cell of a matrix `train[augment=none,seed=1]`. Good as a folder's name everywhere. */
  readonly name: string;
  /** The name in the file: `train`. */
  readonly declared: string;
  /** The label of each axis, {} without a matrix: `{ augment: 'none', seed: '1' }`. */
  readonly cell: { readonly [axis: string]: string };
  readonly kind: string;
  readonly description?: string;
  /** Resolved, with defaults; `${stages.…}` may be left in. Without kind, description, seed and policy. */
  readonly params: JsonObject;
  /** The stage's own seed. */
  readonly seed: number | null;
  readonly policy: Policy;
  /** `${stages.STAGE.VALUE}` at `path`. */
  readonly deferred: readonly { readonly path: string; readonly stage: string; readonly value: string }[];
  /** The place of a param (`optimizer.rmsprop`), or of the nearest thing around it. */
  placeOf(path: string): Place;
  /** The same with the places where it is used, when it comes through a var, a matrix, a profile or `extends`. */
  where(path: string): Where;
  /** Of its name. */
  readonly place: Place;
  /** As written, with vars and matrix in place. */
  readonly node: Node;
  /** Other params with their defaults, or what its schema says against them. */
  recheck(params: JsonObject): Result<JsonObject>;
  /** Params less what equals its default. */
  withoutDefaults(params: JsonObject): JsonObject;
}

export interface Edge {
  /** The param that holds the reference: `data`, `of`, `in.NAME`. */
  readonly param: string;
  readonly stage: string;
  readonly kind: string;
  /** The ports that are read. */
  readonly ports: readonly string[];
}

export interface GraphStage extends Stage {
  readonly edges: readonly Edge[];
  /** Names of stages that must have results first: by reference or by deferred value; each once. */
  readonly dependsOn: readonly string[];
}

export interface Graph {
  readonly pipeline: Pipeline;
  /** Topological; the file's order where that leaves a choice. */
  readonly order: readonly GraphStage[];
  /** By stage, where something is known. */
  readonly takes: { readonly [stage: string]: Takes };
  /** By search and stage of its trials: the least and the most at the corners of its space. */
  readonly trialsTake: { readonly [search: string]: { readonly [stage: string]: TakesBetween } };
}

export type TakesBetween = readonly [least: Takes, most: Takes];
