/** `--set path=value`: changes the file's tree before anything else is read from it. */
import { parse } from 'yaml';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { child, type MapNode, type Node, used } from './nodes.ts';
import { infinite, isInfinite } from './yaml.ts';

const topLevel = [
  'version',
  'extends',
  'name',
  'description',
  'seed',
  'engine',
  'vars',
  'profiles',
  'stages',
];

/** Where a path begins in `--set train.epochs=30`, which is its own text. */
const setColumn = 7;

export function applySets(root: MapNode, sets: readonly string[], problems: Diagnostic[]): MapNode {
  return sets.reduce((tree, set) => applySet(tree, set, problems), root);
}

function applySet(root: MapNode, set: string, problems: Diagnostic[]): MapNode {
  const equals = set.indexOf('=');
  const written = set.slice(0, equals);
  const refused = equals < 1 ? noSet(set) : unsettable(written);
  if (refused) {
    const file = `--set ${set}`;
    const place = { file, line: 1, column: setColumn, endLine: 1, endColumn: setColumn + set.length };
    problems.push({ severity: 'error', code: 'invalid-set', ...refused, place });
    return root;
  }
  const path = fullPath(written.split('.'));
  const place: Place = {
    file: `--set ${set}`,
    line: 1,
    column: equals + 8,
    endLine: 1,
    endColumn: set.length + 7,
  };
  const missing = bracketed(written) ?? firstMiss(root, path);
  if (missing) {
    const near = asVar(root, written) ?? missing.near;
    problems.push({
      severity: 'error',
      code: 'unknown-set-path',
      message: `\`--set ${written}\` hits nothing: there is no \`${missing.step}\``,
      place: { ...place, column: setColumn, endColumn: equals + setColumn },
      fix: near ? `did you mean \`${near}\`?` : 'look at the path',
    });
    return root;
  }
  const value = parseValue(set.slice(equals + 1));
  const unfit = infiniteIn(value);
  if (unfit !== undefined) {
    problems.push(infinite(unfit, place));
    return root;
  }
  const changed = put(root, path, fromJson(value, place), place);
  return changed.type === 'map' ? changed : root;
}

/** `train.epochs` is short for `stages.train.epochs`. */
function fullPath(path: string[]): string[] {
  return topLevel.includes(path[0] ?? '') ? path : ['stages', ...path];
}

const noSet = (set: string): { readonly message: string; readonly fix: string } => ({
  message: `\`--set ${set}\` is no path=value`,
  fix: 'write --set train.epochs=30',
});

/** `written`: up to the first `=`, which of a cell stands in its brackets. */
function unsettable(written: string): { readonly message: string; readonly fix: string } | null {
  if (/\[[^\]]*$/.test(written)) {
    const stage = written.slice(0, written.indexOf('['));
    return {
      message: `\`--set ${written}=…\` names a cell, and a stage is set with all its cells`,
      fix: `set \`${stage}.…\`, or the axis: \`${stage}.matrix.…\``,
    };
  }
  if (written !== 'extends') return null;
  return {
    message: '`extends` decides what is read, before anything of it can be set',
    fix: 'write a small file that extends the other one',
  };
}

/** An item of a list goes by its number alone: `build.layers.0.conv2d.filters`. */
function bracketed(path: string): ReturnType<typeof firstMiss> {
  const step = path.split('.').find((one) => /\[\d+\]$/.test(one));
  return step === undefined ? null : { step, near: path.replaceAll(/\[(\d+)\]/g, '.$1') };
}

/** What is no stage may be a var whose `vars.` was forgotten. */
function asVar(root: MapNode, path: string): string | undefined {
  return child(child(root, 'vars'), path) ? `vars.${path}` : undefined;
}

/** A new key may be set in a stage, where the schema judges it; stages, vars and items of lists must be there. */
function firstMiss(
  root: MapNode,
  path: readonly string[],
): { step: string; near: string | undefined } | null {
  if (path[0] === 'profiles') return { step: 'profiles', near: path.slice(2).join('.') || undefined };
  const sure = path[0] === 'stages' || path[0] === 'vars' ? 2 : 0;
  let node: Node | undefined = root;
  for (const [i, step] of path.entries()) {
    const next: Node | undefined = child(node, step);
    const whole = next?.type === 'scalar' && i + 1 < path.length ? wholeVar.exec(String(next.value)) : null;
    if (whole)
      return {
        step: path.slice(0, i + 2).join('.'),
        near: ['vars', whole[1], ...path.slice(i + 1)].join('.'),
      };
    if (!next && (i < sure || node?.type === 'list'))
      return { step, near: node?.type === 'map' ? nearest(step, node.entries.keys()) : undefined };
    node = next;
  }
  return null;
}

/** What is below it stands in the var alone: written here it would take the place of all the rest. */
const wholeVar = /^\$\{([A-Za-z_][\w-]*)\}$/;

function parseValue(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function infiniteIn(value: unknown): number | undefined {
  if (isInfinite(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value)
    .map(infiniteIn)
    .find((one) => one !== undefined);
}

function put(node: Node | undefined, path: readonly string[], value: Node, place: Place): Node {
  const [step, ...rest] = path;
  if (step === undefined)
    return node ? used(value, { message: 'by --set, in place of this', place: node.place }) : value;
  if (node?.type === 'list')
    return {
      ...node,
      items: node.items.map((item, i) => (String(i) === step ? put(item, rest, value, place) : item)),
    };
  const entries = new Map(node?.type === 'map' ? node.entries : []);
  const before = entries.get(step);
  entries.set(step, {
    key: before?.key ?? { ...place, column: setColumn, endColumn: place.column - 1 },
    value: put(before?.value, rest, value, place),
  });
  return { type: 'map', entries, place: node?.place ?? place, ...(node?.uses ? { uses: node.uses } : {}) };
}

function fromJson(value: unknown, place: Place): Node {
  if (Array.isArray(value)) return { type: 'list', items: value.map((item) => fromJson(item, place)), place };
  if (typeof value === 'object' && value !== null) {
    return {
      type: 'map',
      entries: new Map(
        Object.entries(value).map(([key, inner]) => [key, { key: place, value: fromJson(inner, place) }]),
      ),
      place,
    };
  }
  const plain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { type: 'scalar', value: plain, place };
}
