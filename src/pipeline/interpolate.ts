/** `${name}` takes a var, keeping its type when it is the whole text; `repeat` writes its layers out. */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { MapNode, Node } from './nodes.ts';

export type Vars = ReadonlyMap<string, Node>;

const whole = /^\$\{([^}]+)\}$/;
const parts = /\$\{([^}]+)\}/g;

/** Left in place: known only when other stages have run, or in a trial. */
const later = /^(stages|trial)\./;

export function interpolate(node: Node, vars: Vars, problems: Diagnostic[]): Node {
  if (node.type === 'list')
    return { ...node, items: node.items.flatMap((item) => repeated(item, vars, problems)) };
  if (node.type === 'map') {
    const entries = [...node.entries].map(
      ([key, entry]) => [key, { key: entry.key, value: interpolate(entry.value, vars, problems) }] as const,
    );
    return { ...node, entries: new Map(entries) };
  }
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  const only = whole.exec(node.value)?.[1];
  if (only !== undefined)
    return later.test(only) ? node : atUse(lookUp(only, vars, node.place, problems) ?? node, node.place);
  const text = node.value.replace(parts, (found, name: string) => {
    const value = later.test(name) ? undefined : lookUp(name, vars, node.place, problems);
    return value?.type === 'scalar' ? String(value.value) : found;
  });
  return { ...node, value: text };
}

/** Errors in a var's value are shown where it is used. */
function atUse(value: Node, place: Place): Node {
  return { ...value, place };
}

function lookUp(name: string, vars: Vars, place: Place, problems: Diagnostic[]): Node | undefined {
  const value = vars.get(name);
  if (value) return value;
  const near = nearest(name, vars.keys());
  problems.push({
    severity: 'error',
    code: 'unknown-var',
    message: `\`${name}\` is not a var`,
    place,
    fix: near ? `did you mean \`${near}\`?` : 'declare it under `vars`',
  });
  return undefined;
}

function repeated(item: Node, vars: Vars, problems: Diagnostic[]): readonly Node[] {
  const repeat =
    item.type === 'map' && item.entries.size === 1 ? item.entries.get('repeat')?.value : undefined;
  const layers = repeat?.type === 'map' ? repeat.entries.get('layers')?.value : undefined;
  if (repeat?.type !== 'map' || layers?.type !== 'list') return [interpolate(item, vars, problems)];
  return rows(repeat, vars, problems).flatMap((row) => {
    const bound: Vars = new Map([...vars, ...row]);
    const written = interpolate(layers, bound, problems);
    return written.type === 'list' ? written.items : [];
  });
}

/** What `repeat` binds, a row a repetition; `with` and `times` may themselves be vars. */
function rows(repeat: MapNode, vars: Vars, problems: Diagnostic[]): (readonly [string, Node])[][] {
  const given = (key: string): Node | undefined => {
    const value = repeat.entries.get(key)?.value;
    return value && interpolate(value, vars, problems);
  };
  const times = given('times');
  if (times?.type === 'scalar' && typeof times.value === 'number')
    return Array.from({ length: times.value }, () => []);
  const list = given('with');
  if (list?.type !== 'list') {
    problems.push({
      severity: 'error',
      code: 'missing-key',
      message: '`repeat` needs `with` (a list of values) or `times`',
      place: repeat.place,
    });
    return [];
  }
  return list.items.map((row) =>
    row.type === 'map' ? [...row.entries].map(([name, { value }]) => [name, value] as const) : [],
  );
}
