/** What a run leaves behind, also when it fails or is interrupted. */
import type { StageOutcomeName } from '../run/events.ts';
import type { JsonObject } from '../stages/kind.ts';

export interface RunRecord {
  readonly version: 1;
  /** Sorts by time: 20261124-093015-ab12. */
  readonly id: string;
  readonly pipeline: string;
  readonly file: string;
  readonly profile: string | null;
  readonly sets: readonly string[];
  readonly text: string;
  readonly seed: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly engine: JsonObject;
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cpu: string;
    readonly cpus: number;
  };
  readonly versions: { readonly [name: string]: string };
  readonly stages: readonly StageRecord[];
}

export interface StageRecord {
  readonly name: string;
  readonly kind: string;
  readonly outcome: StageOutcomeName;
  readonly reason: string;
  readonly seconds: number;
  /** Of a training: the shares of its time in the engine, waiting for data, and between steps. */
  readonly timing?: { readonly [part: string]: number };
  readonly fingerprint: string | null;
  readonly params: JsonObject;
  readonly values: { readonly [value: string]: number | string | boolean };
  readonly summary: string;
  /** What it was computed on; null where no engine was used. */
  readonly engine: JsonObject | null;
  /** By port, the digest of its content. */
  readonly ports: { readonly [port: string]: string };
}

/** The record in a parsed file, or null for what is none or is of another version. */
export function readRecord(value: unknown): RunRecord | null {
  return isRecord(value) ? value : null;
}

/** Records are written by this program alone, whole or not at all: version and shape of the frame tell all that can differ. */
function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const frame = new Map(Object.entries(value));
  return (
    frame.get('version') === 1 &&
    typeof frame.get('id') === 'string' &&
    typeof frame.get('pipeline') === 'string' &&
    Array.isArray(frame.get('stages'))
  );
}
