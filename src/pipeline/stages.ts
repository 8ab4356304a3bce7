/** The stages of a map: kinds filled in, each checked against its kind's schema, defaults filled. */
import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Validator } from '../generated/validators.js';
import * as validators from '../generated/validators.js';
import type { Json, JsonObject } from '../stages/kind.ts';
import { child, type MapNode, type Node, placeOf, toJson } from './nodes.ts';
import type { Stage } from './pipeline.ts';
import { explain } from './schema-errors.ts';

const { pipeline: _frame, ...byKind } = validators;
const kinds = new Map<string, Validator>(Object.entries(byKind));
const frameKeys = new Set(['kind', 'description', 'seed']);

export function readStages(stages: MapNode, problems: Diagnostic[]): Stage[] {
  return [...stages.entries].flatMap(([name, entry]) => readStage(name, entry.value, problems) ?? []);
}

function readStage(name: string, node: Node, problems: Diagnostic[]): Stage | null {
  if (node.type !== 'map') return null;
  const kindNode = child(node, 'kind');
  const kind = kindNode?.type === 'scalar' ? String(kindNode.value) : name;
  const validate = kinds.get(kind);
  if (!validate) {
    const near = nearest(kind, kinds.keys());
    const message = kindNode
      ? `\`${kind}\` is not a kind of stage`
      : `\`${name}\` is not a kind of stage, and the stage says no other`;
    problems.push({
      severity: 'error',
      code: 'unknown-kind',
      message,
      place: kindNode?.place ?? node.place,
      fix: near ? `did you mean \`${near}\`?` : `add \`kind\`: ${[...kinds.keys()].join(', ')}`,
    });
    return null;
  }
  const value = toJson(node);
  if (!validate(value)) {
    problems.push(...explain(validate.errors ?? [], node, name));
    return null;
  }
  return made(name, kind, node, asObject(value));
}

function made(name: string, kind: string, node: MapNode, value: JsonObject): Stage {
  const params = Object.fromEntries(Object.entries(value).filter(([key]) => !frameKeys.has(key)));
  return {
    name,
    kind,
    ...(typeof value.description === 'string' ? { description: value.description } : {}),
    params,
    seed: typeof value.seed === 'number' ? value.seed : null,
    deferred: deferredIn(params, []),
    placeOf: (path) => placeOf(node, path.split('.')),
    place: node.place,
    withoutDefaults: (full) => withoutDefaults(kind, full),
  };
}

/** Substitutes values that earlier stages gave, and checks the stage again: now no expression may be left. */
export function completeStage<S extends Stage>(
  stage: S,
  lookUp: (stage: string, value: string) => Json | undefined,
): Result<S> {
  if (stage.deferred.length === 0) return { ok: true, value: stage };
  const known = new Map(
    stage.deferred.map((one) => [
      `\${stages.${one.stage}.${one.value}}`,
      lookUp(one.stage, one.value) ?? null,
    ]),
  );
  const params = asObject(substitute(stage.params, known));
  const validate = kinds.get(stage.kind);
  if (validate && !validate(structuredClone(params))) {
    const [error] = validate.errors ?? [];
    const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
    return {
      ok: false,
      diagnostics: [
        {
          severity: 'error',
          code: 'invalid-value',
          message: `\`${stage.name}.${path}\` ${error?.message ?? 'is wrong'}, found ${JSON.stringify(error?.data)}`,
          place: stage.placeOf(path),
        },
      ],
    };
  }
  return { ok: true, value: { ...stage, params } };
}

/** Replaces texts that are a key of `known` by its value, whatever its type. */
export function substitute(value: Json, known: ReadonlyMap<string, Json>): Json {
  if (typeof value === 'string') return known.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => substitute(item, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substitute(inner, known)]));
}

function deferredIn(value: Json, path: readonly string[]): Stage['deferred'] {
  if (typeof value === 'string') {
    const found = /^\$\{stages\.([A-Za-z][\w-]*)\.(.+)\}$/.exec(value);
    return found ? [{ path: path.join('.'), stage: found[1] ?? '', value: found[2] ?? '' }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => deferredIn(inner, [...path, key]));
}

/**
 * What is left when every key whose removal the schema fills in again with the same value is removed: a param written
 * out at its default is the same as none.
 */
function withoutDefaults(kind: string, full: JsonObject): JsonObject {
  const validate = kinds.get(kind);
  if (!validate) return full;
  const refills = (candidate: JsonObject): boolean => {
    const filled = structuredClone(candidate);
    return validate(filled) && isDeepStrictEqual(filled, full);
  };
  return asObject(stripped(full, (replaced) => refills(asObject(replaced))));
}

function stripped(value: Json, refills: (whole: Json) => boolean): Json {
  if (Array.isArray(value)) {
    const items: Json[] = [...value];
    for (const [i, item] of items.entries())
      items[i] = stripped(item, (inner) => refills(items.with(i, inner)));
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  let kept: { [key: string]: Json } = Object.fromEntries(Object.entries(value));
  for (const key of Object.keys(kept)) {
    const { [key]: inner, ...others } = kept;
    if (refills(others)) kept = others;
    else if (inner !== undefined)
      kept = { ...kept, [key]: stripped(inner, (changed) => refills({ ...kept, [key]: changed })) };
  }
  return kept;
}

export function asObject(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
