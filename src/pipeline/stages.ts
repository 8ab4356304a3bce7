/** One stage: kind filled in, checked against its kind's schema, defaults filled. */
import { isDeepStrictEqual } from 'node:util';
import { type Diagnostic, isError, type Result } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { asObject } from '../stages/json.ts';
import type { Json, JsonObject, Kind } from '../stages/kind.ts';
import { policyKeys } from '../stages/policy-keys.ts';
import type { KnownKinds } from './kinds.ts';
import type { Cell } from './matrix.ts';
import { child, type MapNode, type Node, textOf, toJson, where, whereKey } from './nodes.ts';
import type { Stage } from './pipeline.ts';
import { latePolicies, readPolicy } from './policy.ts';
import { deferredForm } from './reference.ts';
import { explain } from './schema-errors.ts';
import type { Validator } from './validator.ts';

const noValidator: Validator = { fits: () => false, errors: () => [] };
const frameKeys = new Set<string>(['kind', 'description', 'seed', 'matrix', ...policyKeys]);

export interface ReadStage {
  /** Null for what is no stage at all; with problems its params are as written. */
  readonly stage: Stage | null;
  readonly problems: readonly Diagnostic[];
}

export function readStage(cell: Cell, kinds: KnownKinds): ReadStage {
  const { name, node } = cell;
  // The frame's schema tells of a stage that is no map.
  if (node.type !== 'map') return { stage: null, problems: [] };
  const kindNode = child(node, 'kind');
  const kind = textOf(kindNode) ?? cell.declared;
  const validator = kinds.validator(kind);
  const value = toJson(node);
  const refused = kinds.problems(kind, kindNode?.place ?? cell.key);
  if (!validator) {
    const problems = refused.length > 0 ? refused : [unknownKind(cell, kind, kinds.names())];
    return { stage: made(cell, kind, node, asObject(value), noValidator), problems };
  }
  const checked = structuredClone(value);
  const found = validator.fits(checked)
    ? []
    : explain(validator.errors(value), node, { name, key: cell.key, schema: kind });
  const problems = [
    ...refused,
    ...longName(cell),
    ...unresolved(node, [], node),
    ...latePolicies(node),
    ...found,
    ...idleSeed(cell, kinds.named(kind), asObject(value)),
  ];
  const params = asObject(unescaped(problems.some(isError) ? value : checked));
  return { stage: made(cell, kind, node, params, validator), problems };
}

/** A seed where nothing is drawn: runs over seeds would be one and the same. */
function idleSeed({ declared, node, key }: Cell, kind: Kind | undefined, value: JsonObject): Diagnostic[] {
  if (value.seed === undefined || !kind || kind.draws(paramsIn(value))) return [];
  const fix =
    kind.name === 'command'
      ? 'give it to the program: `run: "… --seed ${matrix.seed}"`, and leave it out here'
      : 'leave it out';
  const message = `\`seed\` decides nothing in \`${declared}\`: a ${kind.name} draws nothing`;
  return [
    { severity: 'warning', code: 'nothing-to-do', message, place: whereKey(node, ['seed'], key).place, fix },
  ];
}

/** Bytes: a name is that of a folder, and of files beside it whose names are a little longer. */
const longestName = 220;

function longName({ name, key }: Cell): Diagnostic[] {
  const length = Buffer.byteLength(name);
  if (length <= longestName) return [];
  return [
    {
      severity: 'error',
      code: 'invalid-value',
      message: `\`${name.slice(0, 40)}…\` has ${length} letters; a folder is called like it, and may have ${longestName}`,
      place: key,
      fix: 'a shorter name, or labels for the values of the matrix: `{ small: [3, 3], large: [5, 5] }`',
    },
  ];
}

function unknownKind(cell: Cell, kind: string, names: readonly string[]): Diagnostic {
  const node = child(cell.node, 'kind');
  return {
    severity: 'error',
    code: 'unknown-kind',
    message: node
      ? `\`${kind}\` is not a kind of stage`
      : `\`${kind}\` is not a kind of stage, and the stage says no other`,
    place: node?.place ?? cell.key,
    fix: kindFix(kind, node !== undefined, names),
  };
}

/** `isSaid`: by `kind`, not by the stage's name. */
function kindFix(kind: string, isSaid: boolean, names: readonly string[]): string {
  const near = nearest(kind, names);
  if (near) return `did you mean \`${isSaid ? near : `kind: ${near}`}\`?`;
  if (/\.[cm]?[jt]s$/.test(kind)) return `a module is named from the folder of this file: \`./${kind}\``;
  return `${isSaid ? 'take one of' : 'add `kind`:'} ${names.join(', ')}, or a module: \`./stages/mine.ts\``;
}

/** What no scope knew: only a value of a stage may stay, as the whole text. A trial is read again, with its values. */
function unresolved(node: Node, path: readonly string[], root: Node): Diagnostic[] {
  if (node.type === 'list')
    return node.items.flatMap((item, i) => unresolved(item, [...path, String(i)], root));
  if (node.type === 'map')
    return [...node.entries].flatMap(([key, { value }]) =>
      key === 'trial' && path.length === 0 ? [] : unresolved(value, [...path, key], root),
    );
  if (typeof node.value !== 'string' || deferredForm.test(node.value)) return [];
  const [, name] = /(?<!\$)\$\{([^}]*)\}/.exec(node.value) ?? [];
  return name === undefined ? [] : [{ severity: 'error', ...why(name, node.value), ...where(root, path) }];
}

/** Codes and places are those of whoever tells it earlier and knows more, so that it is told once. */
function why(name: string, text: string): Pick<Diagnostic, 'code' | 'message' | 'fix'> {
  const [scope = '', own = ''] = /^(stages|matrix|trial)\.(.*)/.exec(name)?.slice(1) ?? [];
  if (scope === 'matrix') {
    const fix = 'it has none of that name: write `matrix`, or refer to a stage that has one';
    return { code: 'unknown-axis', message: `\`${own}\` is no axis that this stage has`, fix };
  }
  if (scope === 'trial') {
    const message = `\`${name}\` is known only in the \`trial\` of a search`;
    return { code: 'unknown-var', message, fix: 'take it there, or declare a var' };
  }
  if (scope !== 'stages')
    return { code: 'unknown-var', message: `\`${name}\` is not a var`, fix: 'mend the name' };
  if (text === `\${${name}}`) {
    const message = `\`${text}\` names no value of a stage`;
    return { code: 'invalid-value', message, fix: 'write `${stages.STAGE.VALUE}`' };
  }
  const message = `\`\${${name}}\` can't be a part of a text: it is known only when the stage before has run`;
  return { code: 'invalid-value', message, fix: 'take it alone' };
}

/** `$${` stands for `${`. A trial is read again, and unescaped then. */
function unescaped(value: Json): Json {
  if (typeof value === 'string') return value.includes('$${') ? value.replaceAll('$${', () => '${') : value;
  if (Array.isArray(value)) return value.map(unescaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'trial' ? inner : unescaped(inner)]),
  );
}

function made(cell: Cell, kind: string, node: MapNode, value: JsonObject, validator: Validator): Stage {
  const params = paramsIn(value);
  return {
    name: cell.name,
    declared: cell.declared,
    cell: cell.axes,
    kind,
    ...(typeof value.description === 'string' ? { description: value.description } : {}),
    params,
    seed: typeof value.seed === 'number' ? value.seed : null,
    deferred: deferredIn(params, []).filter((one) => !isOfTrial(one, params)),
    where: (path) => (path === '' ? { place: cell.key } : where(node, path.split('.'), cell.key)),
    placeOf: (path) => where(node, path.split('.'), cell.key).place,
    place: cell.key,
    node,
    policy: readPolicy(value),
    withoutDefaults: (full) => withoutDefaults(full, validator),
    recheck: (full) => {
      const filled = structuredClone(full);
      return validator.fits(filled)
        ? { ok: true, value: paramsIn(filled) }
        : {
            ok: false,
            diagnostics: explain(validator.errors(full), node, {
              name: cell.name,
              key: cell.key,
              schema: kind,
            }),
          };
    },
  };
}

const paramsIn = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !frameKeys.has(key)));

/** Substitutes values that earlier stages gave, and checks the stage again: now no expression may be left. What a stage did not give is left to its default. */
export function completeStage<S extends Stage>(
  stage: S,
  results: ReadonlyMap<string, { readonly values: { readonly [value: string]: Json } }>,
): Result<S> {
  if (stage.deferred.length === 0) return { ok: true, value: stage };
  const known = new Map(
    stage.deferred.map((one) => [
      `\${stages.${one.stage}.${one.value}}`,
      results.get(one.stage)?.values[one.value],
    ]),
  );
  const checked = stage.recheck(asObject(substitute(stage.params, known)));
  return checked.ok ? { ok: true, value: { ...stage, params: checked.value } } : checked;
}

/** Replaces texts that are a key of `known` by its value, whatever its type; without a value, their own key is left out. */
export function substitute(value: Json, known: ReadonlyMap<string, Json | undefined>): Json {
  const isAbsent = (inner: Json): boolean =>
    typeof inner === 'string' && known.has(inner) && known.get(inner) === undefined;
  if (typeof value === 'string') return known.get(value) ?? value;
  if (Array.isArray(value))
    return value.filter((item) => !isAbsent(item)).map((item) => substitute(item, known));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => !isAbsent(inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, substitute(inner, known)]));
}

/** A value that one stage of a trial takes of another is none that the search waits for. */
function isOfTrial({ path, stage }: Stage['deferred'][number], { trial }: JsonObject): boolean {
  return path.startsWith('trial.') && trial !== undefined && Object.hasOwn(asObject(trial), stage);
}

function deferredIn(value: Json, path: readonly string[]): Stage['deferred'] {
  if (typeof value === 'string') {
    const found = deferredForm.exec(value);
    return found ? [{ path: path.join('.'), stage: found[1] ?? '', value: found[2] ?? '' }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => deferredIn(inner, [...path, key]));
}

/**
 * What is left when every key whose removal the schema fills in again with the same value is removed: a param written
 * out at its default is the same as none.
 */
function withoutDefaults(full: JsonObject, validator: Validator): JsonObject {
  const known = chosenOf.get(full);
  if (known) return known;
  const refills = (candidate: JsonObject): boolean => {
    const filled = structuredClone(candidate);
    return validator.fits(filled) && isDeepStrictEqual(filled, full);
  };
  const chosen = asObject(stripped(full, (replaced) => refills(asObject(replaced))));
  chosenOf.set(full, chosen);
  return chosen;
}

/** By all params of a stage. A fingerprint and a record ask for the same, and each key is a check by the schema. */
const chosenOf = new WeakMap<JsonObject, JsonObject>();

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
