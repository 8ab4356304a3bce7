/** What differs between the parts of two fingerprints of a stage, told in the file's terms. */
import { isDeepStrictEqual } from 'node:util';
import type { GraphStage } from '../pipeline/pipeline.ts';
import { asObject } from '../stages/json.ts';
import type { Json, JsonObject } from '../stages/kind.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { PastStage } from './history.ts';

/** Where the file says what a param is now. */
export interface At {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `from` or `to` is absent where there was or is nothing. */
export type Change =
  | {
      readonly type: 'param';
      readonly path: string;
      readonly from?: Json;
      readonly to?: Json;
      readonly at: At;
    }
  | { readonly type: 'seed'; readonly from?: Json; readonly to?: Json; readonly at?: At }
  | { readonly type: 'kind'; readonly from?: Json; readonly to?: Json }
  | { readonly type: 'component'; readonly name: string; readonly from?: Json; readonly to?: Json }
  | InputChange
  /** How the stages hang together that a report draws. */
  | { readonly type: 'graph' }
  /** A file of the project or a variable of the environment that a command reads. */
  | {
      readonly type: 'file' | 'env';
      readonly name: string;
      readonly how: 'changed' | 'added' | 'removed';
    };

/** Other content comes from this stage. */
export interface InputChange {
  readonly type: 'input';
  readonly param: string;
  readonly stage: string;
}

/** `before` is null when the cache no longer has the parts: then params alone are compared. */
export function changesBetween(
  past: PastStage,
  before: JsonObject | null,
  made: Fingerprint,
  stage: GraphStage,
): Change[] {
  if (before === null) return paramChanges(past.params, stage.params, past, stage);
  const now = made.parts;
  if (before.kind !== now.kind) return [{ type: 'kind', ...sides(before.kind, now.kind) }];
  const told = [
    ...referenceChanges(changedInputs(before, now), past, stage),
    ...paramChanges(asObject(before.params), asObject(now.params), past, stage),
    ...raised(asObject(before.components), asObject(now.components)),
    ...seedChange(before.seed, now.seed, stage),
    ...outsideChanges(asObject(before.outside), asObject(now.outside), stage),
  ];
  const inputs = inputChanges(before, now, stage).filter(
    (input) => !told.some((change) => change.type === 'param' && change.path === input.param),
  );
  const all = [...told, ...inputs];
  return all.length > 0 ? all : exchanged(asObject(before.components), asObject(now.components));
}

function paramChanges(before: JsonObject, now: JsonObject, past: PastStage, stage: GraphStage): Change[] {
  return differing(before, now, [], { before: past.params, now: stage.params }).map(
    ({ path, from, to }): Change => {
      const name = path.join('.');
      return { type: 'param', path: name, ...sides(from, to), at: placeOf(stage, name) };
    },
  );
}

interface Difference {
  readonly path: readonly string[];
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

/** The same with all defaults: what is not written has the value that stands there. */
interface Full {
  readonly before: Json | undefined;
  readonly now: Json | undefined;
}

function differing(
  before: Json | undefined,
  now: Json | undefined,
  path: readonly string[],
  full: Full,
): Difference[] {
  if (isDeepStrictEqual(before, now) || isDeepStrictEqual(full.before, full.now)) return [];
  if (isList(before) && isList(now) && before.length !== now.length) return comeAndGone(before, now, path);
  if (!isBranch(full.before) || !isBranch(full.now))
    return [{ path, from: before ?? full.before, to: now ?? full.now }];
  const one = oneOf(full);
  if (one) return [{ path, ...one }];
  const [old, present] = [entriesOf(before), entriesOf(now)];
  const [fullOld, fullPresent] = [entriesOf(full.before), entriesOf(full.now)];
  return [...new Set([...old.keys(), ...present.keys()])].flatMap((key) =>
    differing(old.get(key), present.get(key), [...path, key], {
      before: fullOld.get(key),
      now: fullPresent.get(key),
    }),
  );
}

/** Of `optimizer: { rmsprop: … }` and `optimizer: { adam: … }` the names say it. */
function oneOf({ before, now }: Full): { from: Json; to: Json } | null {
  const [[from, ...more], [to, ...others]] = [[...entriesOf(before).keys()], [...entriesOf(now).keys()]];
  if (from === undefined || to === undefined || more.length + others.length > 0) return null;
  return from === to ? null : { from, to };
}

/** Of two lists of different lengths, the items between their common start and their common end. */
function comeAndGone(before: readonly Json[], now: readonly Json[], path: readonly string[]): Difference[] {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && isDeepStrictEqual(before[start], now[start])) start++;
  let end = 0;
  while (end < shorter - start && isDeepStrictEqual(before.at(-1 - end), now.at(-1 - end))) end++;
  const between = (list: readonly Json[]): [string[], Json][] =>
    list.slice(start, list.length - end).map((item, i) => [[...path, String(start + i)], item]);
  return [
    ...between(before).map(([own, from]) => ({ path: own, from, to: undefined })),
    ...between(now).map(([own, to]) => ({ path: own, from: undefined, to })),
  ];
}

/** Of these params that hold references, those that name other stages than before. */
export function referenceChanges(params: readonly string[], past: PastStage, stage: GraphStage): Change[] {
  return params.flatMap((param): Change[] => {
    const path = param.split('.');
    const [from, to] = [at(past.params, path), at(stage.params, path)];
    if (from === undefined || isDeepStrictEqual(from, to)) return [];
    return [{ type: 'param', path: param, ...sides(from, to), at: placeOf(stage, param) }];
  });
}

/** One change a stage whose content differs, in the order of the references. */
function inputChanges(before: JsonObject, now: JsonObject, stage: GraphStage): InputChange[] {
  const [old, present] = [asObject(before.inputs), asObject(now.inputs)];
  return changedInputs(before, now).flatMap((param) => {
    const [was, is] = [listIn(old[param]), listIn(present[param])];
    const edges = stage.edges.filter((edge) => edge.param === param);
    return edges
      .filter((_, i) => !isDeepStrictEqual(was[i], is[i]))
      .map((edge): InputChange => ({ type: 'input', param, stage: edge.stage }));
  });
}

function changedInputs(before: JsonObject, now: JsonObject): string[] {
  const [old, present] = [asObject(before.inputs), asObject(now.inputs)];
  return Object.keys(present).filter((param) => !isDeepStrictEqual(old[param], present[param]));
}

/** Versions of components that were there and are there. */
function raised(before: JsonObject, now: JsonObject): Change[] {
  return Object.entries(now).flatMap(([name, to]): Change[] => {
    const from = before[name];
    return from === undefined || from === to ? [] : [{ type: 'component', name, from, to }];
  });
}

/** Components that came or went by themselves; with a change of params or inputs they only follow it. */
function exchanged(before: JsonObject, now: JsonObject): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name): Change[] => {
    const [from, to] = [before[name], now[name]];
    return from === to ? [] : [{ type: 'component', name, ...sides(from, to) }];
  });
}

function seedChange(from: Json | undefined, to: Json | undefined, stage: GraphStage): Change[] {
  if (from === to) return [];
  // The pipeline's own seed stands in no stage.
  const place = stage.seed === null ? {} : { at: placeOf(stage, 'seed') };
  return [{ type: 'seed', ...sides(from, to), ...place }];
}

/** Keys are `file:PATH`, `env:NAME`, and `content of PARAM` for a file or folder that a param names. */
function outsideChanges(before: JsonObject, now: JsonObject, stage: GraphStage): Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.flatMap((key): Change[] => {
    const [from, to] = [before[key] ?? null, now[key] ?? null];
    if (isDeepStrictEqual(from, to)) return [];
    if (key === 'graph') return [{ type: 'graph' }];
    const how = from === null ? 'added' : to === null ? 'removed' : 'changed';
    const [, type, name = key] = /^(file|env):(.*)$/.exec(key) ?? [];
    if (type === 'env') return [{ type, name, how }];
    const param = key.replace(/^content of /, '');
    const named = type === 'file' ? name : String(at(stage.params, param.split('.')) ?? param);
    return [{ type: 'file', name: named, how }];
  });
}

function placeOf(stage: GraphStage, path: string): At {
  const { file, line, column } = stage.placeOf(path);
  return { file, line, column };
}

function sides(from: Json | undefined, to: Json | undefined): { from?: Json; to?: Json } {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function at(value: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (isBranch(inner) ? new Map(Object.entries(inner)).get(key) : undefined),
    value,
  );
}

const isBranch = (value: Json | undefined): value is JsonObject | readonly Json[] =>
  typeof value === 'object' && value !== null;
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const entriesOf = (value: Json | undefined): Map<string, Json> =>
  new Map(isBranch(value) ? Object.entries(value) : []);
const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
