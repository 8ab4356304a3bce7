/** `${name}` takes a value, keeping its type when it is the whole text; `repeat` writes its layers out. */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { child, duplicateKey, type Entry, type MapNode, type Node, used } from './nodes.ts';

/** What `${…}` may name. */
export interface Scope {
  find(name: string): Node | undefined;
  /** A name that `find` does not know: told as a problem, or left in place for a later scope. */
  miss(name: string, place: Place, others: readonly string[]): void;
  say(problem: Omit<Diagnostic, 'severity'>): void;
  /** Is this a name that has no value here? What takes it is left out, with its key. */
  isAbsent?(name: string): boolean;
  /** So many values may still be written out by `repeat`. */
  readonly budget: { left: number };
}

/** Values that a whole file may write out, with every `repeat`. */
export const mostWritten = 200_000;
const longestText = 10_000;
const whole = /^\$\{([^}]*)\}$/;
/** `$${` stands for `${` itself, as shells have it; it is turned into that when all is resolved. */
const parts = /(?<!\$)\$\{([^}]*)\}/g;

export function interpolate(node: Node, scope: Scope): Node {
  if (scope.budget.left-- < 0) return node;
  if (node.type === 'list') {
    const items = node.items.flatMap((item) => (takesAbsent(item, scope) ? [] : repeated(item, scope)));
    return items.length === node.items.length && items.every((item, i) => item === node.items[i])
      ? node
      : { ...node, items };
  }
  if (node.type === 'scalar') return typeof node.value === 'string' ? text(node, node.value, scope) : node;
  let changed = false;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const value = interpolate(entry.value, scope);
    const written = keyText(key, entry.key, scope);
    changed ||= value !== entry.value || written !== key;
    if (written === null || takesAbsent(entry.value, scope)) continue;
    const first = entries.get(written);
    if (first) scope.say(duplicateKey(written, entry.key, first.key));
    else entries.set(written, value === entry.value ? entry : { key: entry.key, value });
  }
  return changed || entries.size < node.entries.size ? { ...node, entries } : node;
}

/** A key may take a value too: `"${trial.optimizer}": { learningRate: … }`. Null where it has none. */
function keyText(key: string, place: Place, scope: Scope): string | null {
  if (!key.includes('${')) return key;
  const node: Node = { type: 'scalar', value: key, place };
  if (takesAbsent(node, scope)) return null;
  const made = text(node, key, scope);
  return made.type === 'scalar' ? String(made.value) : key;
}

function takesAbsent(node: Node, scope: Scope): boolean {
  if (!scope.isAbsent || node.type !== 'scalar' || typeof node.value !== 'string') return false;
  return [...node.value.matchAll(parts)].some(([, name = '']) => scope.isAbsent?.(name));
}

function text(node: Node, given: string, scope: Scope): Node {
  if (!given.includes('${')) return node;
  const only = whole.exec(given)?.[1];
  if (only !== undefined) {
    const value = lookUp(only, node.place, scope);
    return value ? used(value, { message: `used here as \`${given}\``, place: node.place }) : node;
  }
  const from: Node[] = [];
  const value = given.replace(parts, (found, name: string) => {
    const part = lookUp(name, node.place, scope);
    if (!part) return found;
    if (part.type === 'scalar' && from.push(part)) return String(part.value);
    scope.say({
      code: 'wrong-type',
      message: `\`${found}\` is a ${part.type} and can't be a part of a text`,
      place: node.place,
      fix: 'take it alone, without text around it',
      related: [{ message: 'it is written here', place: part.place }],
    });
    return found;
  });
  if (value.length > longestText) {
    scope.say({
      code: 'too-large',
      message: `this text grows to more than ${longestText} characters`,
      place: node.place,
    });
    return node;
  }
  if (value === given) return node;
  return from.reduce<Node>(
    (made, part) => used(made, { message: 'with the value that is written here', place: part.place }),
    { ...node, type: 'scalar', value },
  );
}

function lookUp(name: string, place: Place, scope: Scope): Node | undefined {
  const value = scope.find(name);
  if (!value) scope.miss(name, place, []);
  return value;
}

/** The vars of a file; each may use those above it. Remembers which were used. */
export class Vars implements Scope {
  readonly budget = { left: mostWritten };
  readonly used = new Set<string>();
  readonly #vars: Map<string, Node>;
  readonly #problems: Diagnostic[];

  constructor(problems: Diagnostic[], vars: ReadonlyMap<string, Node> = new Map()) {
    this.#problems = problems;
    this.#vars = new Map(vars);
  }

  /** What stays: known only in a cell, in a trial, or when other stages have run. */
  static readonly later = /^(stages|trial|matrix)\./;

  add(name: string, value: Node): void {
    this.#vars.set(name, interpolate(value, this));
  }

  find(name: string): Node | undefined {
    this.used.add(name.split('.')[0] ?? name);
    return valueAt(this.#vars, name);
  }

  miss(name: string, place: Place, others: readonly string[]): void {
    if (Vars.later.test(name)) return;
    // `--set` says `vars.epochs`, a file `${epochs}`.
    const short = name.replace(/^vars\./, '');
    const near = valueAt(this.#vars, short) ? short : nearest(name, [...others, ...this.#vars.keys()]);
    this.say({
      code: 'unknown-var',
      message: `\`${name}\` is not a var`,
      place,
      fix: near ? `did you mean \`${near}\`?` : 'declare it under `vars`',
    });
  }

  say(problem: Omit<Diagnostic, 'severity'>): void {
    this.#problems.push({ severity: 'error', ...problem });
  }
}

/** `size.filters`: a key of a value that is a map. */
export function valueAt(values: ReadonlyMap<string, Node>, name: string): Node | undefined {
  const [first = '', ...rest] = name.split('.');
  return rest.reduce<Node | undefined>(child, values.get(first));
}

function repeated(item: Node, scope: Scope): readonly Node[] {
  const repeat = item.type === 'map' && item.entries.size === 1 ? child(item, 'repeat') : undefined;
  const layers = child(repeat, 'layers');
  if (repeat?.type !== 'map' || layers?.type !== 'list') return [interpolate(item, scope)];
  const given = rows(repeat, scope);
  // Its rows come from a matrix or a trial: it is written out there.
  if (given === 'later') return [interpolate(item, { ...boundTo([], scope), miss: () => {} })];
  return given.flatMap((row) => {
    if (scope.budget.left < 0) return [];
    const written = interpolate(layers, boundTo(row, scope));
    return written.type === 'list' ? written.items : [];
  });
}

function boundTo(row: Row, scope: Scope): Scope {
  const bound = new Map(row);
  return {
    find: (name) => valueAt(bound, name) ?? scope.find(name),
    miss: (name, place, others) => scope.miss(name, place, [...bound.keys(), ...others]),
    say: (problem) => scope.say(problem),
    isAbsent: (name) => valueAt(bound, name) === undefined && scope.isAbsent?.(name) === true,
    budget: scope.budget,
  };
}

type Row = readonly (readonly [string, Node])[];

/** What `repeat` binds, a row a repetition; `with` and `times` may themselves be vars. */
function rows(repeat: MapNode, scope: Scope): readonly Row[] | 'later' {
  const [times, list] = ['times', 'with'].map((key) => {
    const value = child(repeat, key);
    return value && interpolate(value, scope);
  });
  if ([times, list].some((node) => node?.type === 'scalar' && whole.test(String(node.value)))) return 'later';
  if (times && list) {
    scope.say({
      code: 'conflicting-options',
      message: '`repeat` has both `with` and `times`',
      place: times.place,
      fix: 'keep one: `with` repeats once for each of its rows',
    });
    return [];
  }
  if (times?.type === 'scalar' && typeof times.value === 'number')
    return Array.from({ length: Math.min(Math.max(0, Math.floor(times.value)), mostWritten) }, () => []);
  if (list?.type === 'list')
    return list.items.map((row) =>
      row.type === 'map' ? [...row.entries].map(([name, { value }]) => [name, value] as const) : [],
    );
  scope.say({
    code: 'missing-key',
    message: '`repeat` needs `with` (a list of values) or `times`',
    place: repeat.place,
  });
  return [];
}
