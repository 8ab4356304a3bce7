/** YAML text → a tree that knows where everything was written. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml';
import type { Code } from '../diagnostics/codes.ts';
import type { Diagnostic, Place, Result } from '../diagnostics/diagnostic.ts';
import type { Json } from '../stages/kind.ts';

export type Node = ScalarNode | MapNode | ListNode;
export interface ScalarNode {
  readonly type: 'scalar';
  readonly value: null | boolean | number | string;
  readonly place: Place;
}
export interface MapNode {
  readonly type: 'map';
  readonly entries: ReadonlyMap<string, { readonly key: Place; readonly value: Node }>;
  readonly place: Place;
}
export interface ListNode {
  readonly type: 'list';
  readonly items: readonly Node[];
  readonly place: Place;
}

/** Larger files are refused: no experiment needs them, and they would take long to refuse later. */
const largestBytes = 1_000_000;
const largestAliases = 100;

export function parseYaml(text: string, file: string): Result<Node> {
  if (text.length > largestBytes)
    return refused(
      'too-large',
      `the file has ${text.length} characters, more than ${largestBytes}`,
      start(file),
    );
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    uniqueKeys: true,
    merge: false,
    stringKeys: true,
  });
  const placeAt = (from: number, to: number): Place => {
    const [begin, end] = [lines.linePos(from), lines.linePos(Math.max(from, to))];
    return { file, line: begin.line, column: begin.col, endLine: end.line, endColumn: end.col };
  };
  const errors = [...document.errors, ...document.warnings].map(
    (error): Diagnostic => ({
      severity: 'error',
      code: error.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'invalid-yaml',
      message:
        error.code === 'DUPLICATE_KEY'
          ? 'this key is written twice in one map'
          : `this is not YAML: ${firstLine(error.message)}`,
      place: placeAt(error.pos[0], error.pos[1]),
      fix:
        error.code === 'DUPLICATE_KEY'
          ? 'keep one of the two'
          : error.code === 'TAB_AS_INDENT'
            ? 'indent with spaces'
            : 'look for a missing quote, bracket or colon here or a line above',
    }),
  );
  if (errors.length > 0) return { ok: false, diagnostics: errors };
  if (!document.contents)
    return refused('empty-file', 'the file is empty; a pipeline has version, name and stages', start(file));
  return new Converter(placeAt, (node) => (isAlias(node) ? node.resolve(document) : node)).convert(
    document.contents,
  );
}

class Converter {
  readonly #placeAt: (from: number, to: number) => Place;
  readonly #follow: (node: unknown) => unknown;
  #aliases = 0;
  constructor(placeAt: (from: number, to: number) => Place, follow: (node: unknown) => unknown) {
    this.#placeAt = placeAt;
    this.#follow = follow;
  }

  convert(root: YamlNode): Result<Node> {
    const node = this.#node(root, 0);
    if (this.#aliases > largestAliases)
      return refused(
        'too-many-aliases',
        `the file repeats itself by more than ${largestAliases} aliases`,
        node.place,
      );
    return { ok: true, value: node };
  }

  #node(given: unknown, depth: number): Node {
    if (isAlias(given)) this.#aliases++;
    const node = this.#aliases > largestAliases ? null : this.#follow(given);
    const [from, to] = (isMap(node) || isSeq(node) || isScalar(node) ? node.range : null) ?? [0, 0];
    const place = this.#placeAt(from, to);
    if (depth > 100) return { type: 'scalar', value: null, place };
    if (isMap(node)) {
      const entries = node.items.map((pair) => {
        const range = isScalar(pair.key) ? pair.key.range : null;
        const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
        return [
          key,
          {
            key: this.#placeAt(range?.[0] ?? from, range?.[1] ?? from),
            value: pair.value === null ? nullAt(place) : this.#node(pair.value, depth + 1),
          },
        ] as const;
      });
      return { type: 'map', entries: new Map(entries), place };
    }
    if (isSeq(node))
      return { type: 'list', items: node.items.map((item) => this.#node(item, depth + 1)), place };
    return { type: 'scalar', value: scalarValue(isScalar(node) ? node.value : null), place };
  }
}

function scalarValue(value: unknown): ScalarNode['value'] {
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' ? value : null;
}

const nullAt = (place: Place): ScalarNode => ({ type: 'scalar', value: null, place });
const firstLine = (text: string): string =>
  text.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? text;
const start = (file: string): Place => ({ file, line: 1, column: 1, endLine: 1, endColumn: 1 });

function refused(code: Code, message: string, place: Place): Result<never> {
  return { ok: false, diagnostics: [{ severity: 'error', code, message, place }] };
}

/** The plain value; maps have no prototype keys to trip over. */
export function toJson(node: Node): Json {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map(toJson);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
}

/** What stands at a path of keys and indices, or the nearest thing around it. */
export function placeOf(root: Node, path: readonly string[]): Place {
  let node = root;
  for (const step of path) {
    const next = child(node, step);
    if (!next) break;
    node = next;
  }
  return node.place;
}

export function child(node: Node, step: string): Node | undefined {
  if (node.type === 'map') return node.entries.get(step)?.value;
  return node.type === 'list' ? node.items[Number(step)] : undefined;
}

/** Maps merge, everything else replaces, null removes. */
export function merge(base: Node, change: Node): Node {
  if (base.type !== 'map' || change.type !== 'map') return change;
  const entries = new Map(base.entries);
  for (const [key, entry] of change.entries) {
    const before = entries.get(key);
    if (entry.value.type === 'scalar' && entry.value.value === null) entries.delete(key);
    else entries.set(key, before ? { key: entry.key, value: merge(before.value, entry.value) } : entry);
  }
  return { type: 'map', entries, place: base.place };
}
