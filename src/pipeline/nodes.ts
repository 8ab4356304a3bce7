/** A file as a tree that knows where everything was written, and where it is used. */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Json } from '../stages/kind.ts';

export type Node = ScalarNode | MapNode | ListNode;
export interface ScalarNode extends Written {
  readonly type: 'scalar';
  readonly value: null | boolean | number | string;
}
export interface MapNode extends Written {
  readonly type: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface ListNode extends Written {
  readonly type: 'list';
  readonly items: readonly Node[];
}
export interface Entry {
  readonly key: Place;
  readonly value: Node;
}
interface Written {
  /** Where it was written. */
  readonly place: Place;
  /** Where it is used, when that is elsewhere: through a var, a matrix, a profile, `extends`, `--set`. */
  readonly uses?: readonly Use[];
}
export interface Use {
  readonly message: string;
  readonly place: Place;
}

/** The plain value; maps have no prototype keys to trip over. */
export function toJson(node: Node): Json {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map(toJson);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
}

export function child(node: Node | undefined, step: string): Node | undefined {
  if (node?.type === 'map') return node.entries.get(step)?.value;
  return node?.type === 'list' && /^\d+$/.test(step) ? node.items[Number(step)] : undefined;
}

export function textOf(node: Node | undefined): string | undefined {
  return node?.type === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export interface Where {
  readonly place: Place;
  /** Uses of it, and of everything around it. */
  readonly related?: readonly Use[];
}

/** What stands at a path of keys and indices; when it is not written, the key of the nearest thing around it. */
export function where(root: Node, path: readonly string[], rootKey?: Place): Where {
  const uses: Use[] = [...(root.uses ?? [])];
  let [node, key] = [root, rootKey];
  for (const step of path) {
    const next = child(node, step);
    if (!next) return located(node.type === 'map' ? (key ?? node.place) : node.place, uses);
    key = node.type === 'map' ? node.entries.get(step)?.key : key;
    node = next;
    uses.push(...(node.uses ?? []));
  }
  return located(node.place, uses);
}

/** The same at the key that a path ends in: a map is long, its key is short. */
export function whereKey(root: Node, path: readonly string[], rootKey: Place): Where {
  const { related = [] } = where(root, path);
  const parent = path.slice(0, -1).reduce<Node | undefined>(child, root);
  const key = parent?.type === 'map' ? parent.entries.get(path.at(-1) ?? '')?.key : undefined;
  return located(path.length === 0 ? rootKey : (key ?? where(root, path).place), related);
}

const located = (place: Place, related: readonly Use[]): Where =>
  related.length > 0 ? { place, related } : { place };

/**
 * Maps merge, everything else replaces, null removes. `by` says what changes: `profile quick`. A null that finds nothing
 * is told: what it means to remove is likely misspelt, and stays.
 */
export function merge(base: Node, change: Node, by: string, problems: Diagnostic[]): Node {
  if (base.type !== 'map' || change.type !== 'map')
    return used(change, { message: `by ${by}, in place of this`, place: base.place });
  const entries = new Map(base.entries);
  for (const [key, { key: place, value }] of change.entries) {
    const before = entries.get(key);
    if (value.type === 'scalar' && value.value === null) {
      if (!entries.delete(key)) problems.push(nothingRemoved(key, place, base, by));
    } else if (before) entries.set(key, { key: place, value: merge(before.value, value, by, problems) });
    else entries.set(key, { key: place, value: withoutNulls(value) });
  }
  return { ...base, entries };
}

function nothingRemoved(key: string, place: Place, base: MapNode, by: string): Diagnostic {
  const names = [...base.entries.keys()];
  const near = nearest(key, names);
  return {
    severity: 'warning',
    code: 'nothing-removed',
    message: `null removes, and there is no \`${key}\` that ${by} could remove`,
    place,
    fix: near ? `did you mean \`${near}\`?` : 'remove this line',
  };
}

export function used<N extends Node>(node: N, use: Use): N {
  return { ...node, uses: [...(node.uses ?? []), use] };
}

function withoutNulls(node: Node): Node {
  if (node.type !== 'map') return node;
  const kept = [...node.entries].filter(([, { value }]) => value.type !== 'scalar' || value.value !== null);
  return {
    ...node,
    entries: new Map(kept.map(([key, entry]) => [key, { ...entry, value: withoutNulls(entry.value) }])),
  };
}

/** No stage nests so deep, and what walks a tree can. */
export const deepestTree = 200;

/** What is too much about it: it holds more values than are left, counted as often as they are used, or nests too deep. */
export function excessOf(
  node: Node,
  budget: { left: number },
  deepest = deepestTree,
): 'too-large' | 'too-deep' | null {
  if (--budget.left < 0) return 'too-large';
  if (deepest < 0) return 'too-deep';
  if (node.type === 'scalar') return null;
  const inner = node.type === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value);
  for (const one of inner) {
    const found = excessOf(one, budget, deepest - 1);
    if (found) return found;
  }
  return null;
}

export const duplicateKey = (key: string, place: Place, first: Place): Diagnostic => ({
  severity: 'error',
  code: 'duplicate-key',
  message: `the key \`${key}\` is written twice in one map`,
  place,
  fix: 'keep one of the two',
  related: [{ message: 'the first is here', place: first }],
});
