/** YAML text → a tree of nodes. A pipeline file is data: what could make reading it dangerous is refused. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type Node as YamlNode,
} from 'yaml';
import type { Code } from '../diagnostics/codes.ts';
import type { Diagnostic, Place, Result } from '../diagnostics/diagnostic.ts';
import { duplicateKey, type Entry, excessOf, type Node, type ScalarNode } from './nodes.ts';

/** Larger files are refused: no experiment needs them, and they would take long to refuse later. */
const largestText = 250_000;
const largestTree = 200_000;
const deepest = 60;
/** What makes the parser itself run out of memory: found before it starts. */
const deepestText = 200;
/** After so many the rest is noise. */
const mostErrors = 20;

type PlaceAt = (from: number, to: number) => Place;

export function parseYaml(text: string, file: string): Result<Node> {
  const start: Place = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  if (text.length > largestText)
    return refused('too-large', `the file has ${text.length} characters, more than ${largestText}`, start);
  const deep = deepAt(text);
  if (deep !== null) return tooDeep(placeIn(text, file, deep));
  const lines = new LineCounter();
  const placeAt: PlaceAt = (from, to) => {
    const [begin, end] = [lines.linePos(from), lines.linePos(Math.max(from, to))];
    return { file, line: begin.line, column: begin.col, endLine: end.line, endColumn: end.col };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    // Looked for below: the library takes a second for a map of 10,000 keys, and for the lines of 1,000 errors.
    uniqueKeys: false,
    prettyErrors: false,
    merge: false,
    stringKeys: true,
  });
  const errors = withoutConfusedErrors([...document.errors, ...document.warnings]).map((error) =>
    explained(error, placeAt, text),
  );
  if (errors.length > 0) return { ok: false, diagnostics: errors.slice(0, mostErrors) };
  if (!document.contents)
    return refused('empty-file', 'the file is empty; a pipeline has version, name and stages', start);
  return new Converter(document, placeAt).convert(document.contents);
}

function deepAt(text: string): number | null {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > deepestText) return i;
  }
  const found = new RegExp(`^ {${2 * deepestText}}|(?:[-?] +){${deepestText}}`, 'm').exec(text);
  return found?.index ?? null;
}

function placeIn(text: string, file: string, index: number): Place {
  const before = text.slice(0, index).split('\n');
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  return { file, line, column, endLine: line, endColumn: column + 1 };
}

interface YamlMistake {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** One mistake may confuse the parser to the end of the file: what it did not expect after that is no second one. */
function withoutConfusedErrors(errors: readonly YamlMistake[]): readonly YamlMistake[] {
  const inOrder = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const isEcho = ({ code, message }: YamlMistake): boolean =>
    echoes.has(code) || message.includes('end with a');
  return inOrder.filter((error, i) => i === 0 || !isEcho(error));
}

const echoes = new Set([
  'UNEXPECTED_TOKEN',
  'MISSING_CHAR',
  'BAD_SCALAR_START',
  'IMPOSSIBLE',
  // A line that is indented otherwise gives one or two for each line after it.
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
  'NON_STRING_KEY',
]);

function explained(error: YamlMistake, placeAt: PlaceAt, text: string): Diagnostic {
  const closing = /end with a ([}\]])/.exec(error.message)?.[1];
  const opening = closing ? lastOpen(text.slice(0, error.pos[0]), closing) : undefined;
  if (closing && opening !== undefined)
    return {
      severity: 'error',
      code: 'invalid-yaml',
      message: `this is not YAML: the bracket \`${text[opening]}\` is never closed`,
      place: placeAt(opening, opening + 1),
      fix: `close it with \`${closing}\``,
    };
  return {
    severity: 'error',
    code: 'invalid-yaml',
    message: `this is not YAML: ${error.message.split('\n')[0]}`,
    place: placeAt(error.pos[0], error.pos[1]),
    fix:
      quotesFix(text, error.pos[0]) ??
      fixes[error.code] ??
      'look here and a line above: a quote, bracket or colon is missing, or the indentation is another',
  };
}

/** Where the innermost bracket that is still open was opened. */
function lastOpen(text: string, closing: string): number | undefined {
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '[' || text[i] === '{') open.push(i);
    else if (text[i] === ']' || text[i] === '}') open.pop();
  }
  const last = open.at(-1);
  return last !== undefined && (text[last] === '{') === (closing === '}') ? last : undefined;
}

/** `${name}` and `train[seed=1]` between brackets need quotes. */
function quotesFix(text: string, at: number): string | undefined {
  const before = /[^\s{}[\],:"']+$/.exec(text.slice(Math.max(0, at - 40), at))?.[0];
  const after = /^[{[][^\s{}[\]]*[}\]][^\s{}[\],]*/.exec(text.slice(at, at + 80))?.[0];
  return before && after ? `put it in quotes: "${before}${after}"` : undefined;
}

const fixes: { readonly [code: string]: string } = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'a file holds one pipeline: remove the `---`',
  NON_STRING_KEY: 'a key is a plain word',
};

/** The same node again for every alias, never a copy: what an alias bomb would unfold is only counted. */
class Converter {
  readonly #document: Document;
  readonly #placeAt: PlaceAt;
  readonly #done = new Map<unknown, Node>();
  readonly #open = new Set<unknown>();
  readonly #problems: Diagnostic[] = [];

  constructor(document: Document, placeAt: PlaceAt) {
    this.#document = document;
    this.#placeAt = placeAt;
  }

  convert(contents: YamlNode): Result<Node> {
    const root = this.#node(contents, this.#placeAt(0, 0), 0);
    if (this.#problems.length > 0) return { ok: false, diagnostics: this.#problems };
    if (!excessOf(root, { left: largestTree })) return { ok: true, value: root };
    const message = `with its aliases the file holds more than ${largestTree} values`;
    return refused('too-many-aliases', message, root.place);
  }

  #node(given: unknown, around: Place, depth: number): Node {
    const node = isAlias(given) ? given.resolve(this.#document) : given;
    const range = isMap(node) || isSeq(node) || isScalar(node) ? node.range : null;
    const place = range ? this.#placeAt(range[0], range[1]) : around;
    const before = this.#done.get(node);
    if (before) return before;
    if (this.#open.has(node)) return this.#refuse(recursive(place));
    if (depth > deepest) return this.#refuse(...tooDeep(place).diagnostics);
    this.#open.add(node);
    const made = this.#made(node, place, depth + 1);
    this.#open.delete(node);
    if (range) this.#done.set(node, made);
    return made;
  }

  #made(node: unknown, place: Place, depth: number): Node {
    if (isSeq(node))
      return { type: 'list', items: node.items.map((item) => this.#node(item, place, depth)), place };
    if (!isMap(node)) {
      const value = isScalar(node) ? node.value : null;
      return isInfinite(value)
        ? this.#refuse(infinite(value, place))
        : { type: 'scalar', value: scalarValue(value), place };
    }
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const key = keyOf(pair, this.#placeAt, place);
      if (key.text === '<<') this.#refuse(mergeKey(key.place));
      const first = entries.get(key.text);
      if (first) this.#refuse(duplicateKey(key.text, key.place, first.key));
      else entries.set(key.text, { key: key.place, value: this.#node(pair.value, key.place, depth) });
    }
    return { type: 'map', entries, place };
  }

  #refuse(...[problem]: readonly Diagnostic[]): ScalarNode {
    if (!problem?.place) throw new Error('refused without a place');
    if (this.#problems.length < mostErrors) this.#problems.push(problem);
    return { type: 'scalar', value: null, place: problem.place };
  }
}

function keyOf(pair: Pair, placeAt: PlaceAt, around: Place): { text: string; place: Place } {
  const key: Scalar | null = isScalar(pair.key) ? pair.key : null;
  const range = key?.range;
  return { text: String(key?.value ?? ''), place: range ? placeAt(range[0], range[1]) : around };
}

const mergeKey = (place: Place): Diagnostic => ({
  severity: 'error',
  code: 'merge-key',
  message: '`<<` is a merge key, which this language does not have',
  place,
  fix: 'use `extends`, a profile or a var',
});

const recursive = (place: Place): Diagnostic => ({
  severity: 'error',
  code: 'too-many-aliases',
  message: 'this value holds itself, through an alias',
  place,
  fix: 'remove the alias',
});

/** No JSON holds it, so neither does a fingerprint or a record. */
export const isInfinite = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isFinite(value);

export const infinite = (value: number, place: Place): Diagnostic => ({
  severity: 'error',
  code: 'invalid-value',
  message: `this is ${Number.isNaN(value) ? 'no number' : 'no finite number'}, and no value of a pipeline can be that`,
  place,
  fix: 'write a finite number, or quotes around a text',
});

function scalarValue(value: unknown): ScalarNode['value'] {
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' ? value : null;
}

function tooDeep(place: Place): Extract<Result<never>, { ok: false }> {
  return refused('too-deep', `this nests deeper than ${deepest} levels`, place);
}

function refused(code: Code, message: string, place: Place): Extract<Result<never>, { ok: false }> {
  return { ok: false, diagnostics: [{ severity: 'error', code, message, place }] };
}
