/**
 * A stage's fingerprint: sha256 over the canonical JSON (RFC 8785) of the parts that decide its output. The parts are
 * stored with the result, so that "why does it run" compares and never guesses.
 */
import { createHash } from 'node:crypto';
import { asObject } from '../stages/json.ts';
import type { Component, Json, JsonObject, Kind } from '../stages/kind.ts';
import { canonicalize } from './canonical.ts';

export interface FingerprintInput {
  readonly kind: Kind;
  /** Resolved, with defaults. */
  readonly params: JsonObject;
  /** The same without what equals its default. */
  readonly chosen: JsonObject;
  readonly seed: number;
  readonly components: readonly Component[];
  /** By param: the digests of the ports that are read, in order. */
  readonly inputs: Json;
  /** Content that the stage reads from outside the graph: declared files and environment variables. */
  readonly outside: JsonObject;
}

export interface Fingerprint {
  readonly hash: string;
  readonly parts: JsonObject;
  /** Names what was done whatever the length asked for (`epochs`): the key of its checkpoints. */
  readonly prefix: string | null;
}

export function fingerprint(input: FingerprintInput): Fingerprint {
  const { kind } = input;
  const chosen = kind.decisive?.(input.chosen) ?? input.chosen;
  const params = referencesOf(kind, input.params).reduce(without, chosen);
  const parts: JsonObject = {
    version: 1,
    kind: kind.name,
    components: Object.fromEntries(input.components.map(({ name, version }) => [name, version])),
    params,
    inputs: input.inputs,
    ...(kind.draws(input.params) ? { seed: input.seed } : {}),
    ...(Object.keys(input.outside).length > 0 ? { outside: input.outside } : {}),
  };
  // What depends on the length asked for from its start on is the beginning of no longer one.
  const shared =
    kind.continues && !kind.needsHorizon?.(input.params) ? without(params, kind.continues) : params;
  const prefix = kind.continues ? digest({ ...parts, params: shared }) : null;
  return { hash: digest(parts), parts, prefix };
}

/** What a stored fingerprint's prefix may be, whether or not it needs its horizon: whoever keeps the result keeps both. */
export function prefixesOf(parts: JsonObject, continues: string): string[] {
  const { params } = parts;
  return [digest({ ...parts, params: without(asObject(params), continues) }), digest(parts)];
}

/** sha256, in hexadecimal, of a value's canonical JSON. */
export function digest(value: Json): string {
  return createHash('sha256').update(canonicalize(value)).digest('hex');
}

/** Params whose text names other stages: that counts only where it decides the output, as the names of a command's folders do. */
function referencesOf(kind: Kind, params: JsonObject): string[] {
  const named = kind.inputs(params).filter(({ list, accepts }) => list && accepts !== 'reported');
  return kind
    .inputs(params)
    .map((port) => port.param)
    .filter((param) => !named.some((port) => port.param === param));
}

/** Without what stands at a path such as `in.scores` or `layers.0.model.of`. */
function without(params: JsonObject, path: string): JsonObject {
  return asObject(withoutAt(params, path.split('.')));
}

function withoutAt(value: Json, [first, ...rest]: readonly string[]): Json {
  if (first === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((item: Json, i) => (String(i) === first ? withoutAt(item, rest) : item));
  const entries: [string, Json][] = Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([key, inner]): [string, Json][] =>
      key !== first ? [[key, inner]] : rest.length === 0 ? [] : [[key, withoutAt(inner, rest)]],
    ),
  );
}
