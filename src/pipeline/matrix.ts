/**
 * `matrix`: a stage for every combination of its axes' values. Axes follow references downstream: same-named axes
 * align, others cross; a list collects all cells that agree with its own stage's.
 */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Kind } from '../stages/kind.ts';
import { type AxisValue, mostCrossed, type OwnAxes, readAxes, tooLarge } from './axes.ts';
import { interpolate, mostWritten, type Scope, valueAt } from './interpolate.ts';
import { child, excessOf, type MapNode, type Node, textOf } from './nodes.ts';
import { type Axes, agrees, cellName, parseReference } from './reference.ts';
import { type FoundReference, findReferences, withReference } from './references.ts';

/** A stage, or one cell of it. */
export interface Cell {
  /** `train[seed=1]`. */
  readonly name: string;
  readonly declared: string;
  readonly axes: Axes;
  readonly key: Place;
  readonly node: Node;
  /** Its axes are not known, for a matrix is wrong: what it lacks for that is no second mistake. */
  readonly open: boolean;
}

/** More would take longer to check than anybody wants to wait; no experiment has so many. */
const mostCells = 10_000;
/** Counted as often as they are used: all cells together shall fit into memory. */
const mostInCells = 2_000_000;

/** An error where nothing else is said. */
export type Say = (problem: Omit<Diagnostic, 'severity'> & Partial<Pick<Diagnostic, 'severity'>>) => void;

export function expandMatrix(stages: MapNode, kinds: (name: string) => Kind | undefined, say: Say): Cell[] {
  if (![...stages.entries.values()].some(({ value }) => child(value, 'matrix')))
    return [...stages.entries].map(([name, { key, value }]) => plain(name, key, value));
  return new Expansion(stages, kinds, say).cells();
}

const plain = (name: string, key: Place, node: Node): Cell => ({
  name,
  declared: name,
  axes: {},
  key,
  node,
  open: false,
});

/** What a cell has of each axis. */
type Chosen = ReadonlyMap<string, AxisValue>;

interface Way {
  readonly chosen: Chosen;
  readonly open: boolean;
}

interface Expanded extends Cell {
  readonly chosen: Chosen;
}

class Expansion {
  readonly #stages: MapNode;
  readonly #kinds: (name: string) => Kind | undefined;
  readonly #say: Say;
  /** By declared name; null while it is being expanded, so that a cycle ends here. */
  readonly #done = new Map<string, readonly Expanded[] | null>();
  #count = 0;
  readonly #budget = { left: mostInCells };

  constructor(stages: MapNode, kinds: (name: string) => Kind | undefined, say: Say) {
    this.#stages = stages;
    this.#kinds = kinds;
    this.#say = say;
  }

  cells(): Cell[] {
    return [...this.#stages.entries.keys()].flatMap((name) => this.#cellsOf(name));
  }

  #cellsOf(declared: string): readonly Expanded[] {
    const before = this.#done.get(declared);
    if (before !== undefined) return before ?? [];
    const entry = this.#stages.entries.get(declared);
    if (!entry) return [];
    this.#done.set(declared, null);
    const { key, value } = entry;
    const made = value.type === 'map' ? this.#expand(declared, key, value) : null;
    const cells = made ?? [{ ...plain(declared, key, value), chosen: new Map() }];
    this.#done.set(declared, cells);
    return cells;
  }

  #expand(declared: string, key: Place, node: MapNode): Expanded[] {
    const matrix = node.entries.get('matrix');
    const own = readAxes(matrix, declared, this.#say);
    const bare: MapNode = {
      ...node,
      entries: new Map([...node.entries].filter(([name]) => name !== 'matrix')),
    };
    const open: Expanded = { ...plain(declared, key, bare), open: true, chosen: new Map() };
    if (!own) return [open];
    const all = this.#allOf(own, bare, declared);
    if (all.length > mostCrossed) {
      this.#say(tooLarge(mostCrossed, matrix?.key ?? key));
      return [open];
    }
    const kept = all.filter(({ chosen }) => !own.excludes.some((one) => one.matches(labels(chosen))));
    this.#tellExcludes(own, all, kept);
    if (kept.length === 0) return [open];
    if (this.#count + kept.length > mostCells) {
      this.#say({ ...tooLarge(mostCells, key), fix: 'exclude some, or shorten an axis' });
      return [open];
    }
    this.#count += kept.length;
    const cells = kept.map((way) => this.#cell(declared, key, bare, way));
    if (!cells.includes(null)) return cells.filter((cell) => cell !== null);
    const message = `with what cells take of their axes, they hold more than ${mostInCells} values`;
    this.#say({ code: 'too-large', message, place: key, fix: 'take less of them, or shorten an axis' });
    return [open];
  }

  /** Null where it would be too large. */
  #cell(declared: string, key: Place, bare: MapNode, { chosen, open }: Way): Expanded | null {
    const axes = labels(chosen);
    const filled = interpolate(bare, {
      ...this.#scope(chosen),
      ...(open ? {} : { miss: this.#miss(chosen) }),
    });
    if (excessOf(filled, this.#budget)) return null;
    const node = this.#pointed(filled, declared, axes);
    return { name: cellName(declared, axes), declared, axes, key, node, open, chosen };
  }

  /** Not many more than may be. */
  #allOf(own: OwnAxes, bare: MapNode, declared: string): Way[] {
    const all: Way[] = [];
    for (const chosen of own.cells)
      for (const way of this.#complete(bare, declared, { chosen, open: false }, new Set()))
        if (all.push(way) > mostCrossed) return all;
    return all;
  }

  /** Adds the axes that come with references, one reference after the other: those of a cell may depend on its values. */
  *#complete(node: MapNode, declared: string, way: Way, done: ReadonlySet<string>): Generator<Way> {
    const { chosen, open } = way;
    const filled = interpolate(node, this.#scope(chosen));
    const kind = this.#kindOf(declared, filled);
    if (!kind || excessOf(filled, { left: mostWritten })) return yield way;
    const next = findReferences(filled, kind).find(
      ({ path, list, text }) => !list && !done.has(path.join('.')) && !text.includes('${matrix.'),
    );
    if (!next) return yield way;
    const doneNow = new Set([...done, next.path.join('.')]);
    const cells = this.#matching(next, labels(chosen));
    if (cells.length === 0) return yield* this.#complete(node, declared, way, doneNow);
    const fixed = parseReference(next.text)?.axes ?? {};
    for (const cell of cells) {
      const inherited = [...cell.chosen].filter(([axis]) => !Object.hasOwn(fixed, axis));
      const both = { chosen: new Map([...inherited, ...chosen]), open: open || cell.open };
      yield* this.#complete(node, declared, both, doneNow);
    }
  }

  /** Of a cell, for an axis may decide it. */
  #kindOf(declared: string, node: Node): Kind | undefined {
    return this.#kinds(textOf(child(node, 'kind')) ?? declared);
  }

  /** The cells that a reference means, seen from a cell with these labels. */
  #matching(reference: FoundReference, axes: Axes): readonly Expanded[] {
    const parsed = parseReference(reference.text);
    if (!parsed) return [];
    return this.#cellsOf(parsed.declared).filter(
      (cell) =>
        Object.entries(parsed.axes).every(([axis, label]) => cell.axes[axis] === label) &&
        agrees(cell.axes, { ...axes, ...parsed.axes }),
    );
  }

  /** References rewritten to the names of cells; a list takes all that agree. */
  #pointed(node: Node, declared: string, axes: Axes): Node {
    const kind = this.#kindOf(declared, node);
    if (!kind) return node;
    return findReferences(node, kind).reduceRight<Node>((made, reference) => {
      const cells = this.#matching(reference, axes);
      if (cells.length === 0) {
        this.#noCell(reference, axes);
        return made;
      }
      return withReference(
        made,
        reference,
        cells.map((cell) => cell.name),
      );
    }, node);
  }

  #noCell(reference: FoundReference, axes: Axes): void {
    const declared = parseReference(reference.text)?.declared ?? '';
    const cells = this.#done.get(declared);
    // Its axes are told to be wrong, or that of the reference is.
    if (!cells || cells.some(({ open }) => open) || reference.text.includes('${')) return;
    const near = nearest(
      reference.text,
      cells.map((cell) => cell.name),
    );
    const own = Object.entries(axes).map(([axis, label]) => `${axis}=${label}`);
    this.#say({
      code: 'unknown-cell',
      message: `\`${reference.text}\` is no cell of \`${declared}\`${own.length > 0 ? ` for ${own.join(',')}` : ''}`,
      ...reference.where,
      fix: near
        ? `did you mean \`${near}\`?`
        : `it has ${cells
            .slice(0, 8)
            .map((cell) => cell.name)
            .join(', ')}`,
    });
  }

  #tellExcludes(own: OwnAxes, all: readonly Way[], kept: readonly Way[]): void {
    const [first] = own.excludes;
    if (kept.length === 0 && first)
      this.#say({
        code: 'invalid-value',
        message: 'with what `exclude` leaves out, the stage has no cell',
        place: first.place,
        fix: 'exclude less, or remove the stage',
      });
    // Which axes come with a stage whose matrix is wrong is not known.
    if (all.some(({ open }) => open)) return;
    for (const exclude of own.excludes)
      if (!all.some(({ chosen }) => exclude.matches(labels(chosen))))
        this.#say({
          severity: 'warning',
          code: 'nothing-excluded',
          message: 'this excludes no cell',
          place: exclude.place,
          fix: 'look at the names of axes and their values',
        });
  }

  #scope(chosen: Chosen): Scope {
    const values = new Map([...chosen].map(([axis, { node }]) => [axis, node]));
    return {
      find: (name) =>
        name.startsWith('matrix.') ? valueAt(values, name.slice('matrix.'.length)) : undefined,
      miss: () => {},
      say: this.#say,
      budget: { left: mostWritten },
    };
  }

  #miss(chosen: Chosen): Scope['miss'] {
    return (name, place) => {
      if (!name.startsWith('matrix.')) return;
      const axis = name.slice('matrix.'.length);
      const near = nearest(axis, chosen.keys());
      const message = `\`${axis}\` is no axis that this stage has`;
      const has = `it has ${[...chosen.keys()].join(', ') || 'none: write `matrix`, or refer to a stage that has one'}`;
      this.#say({ code: 'unknown-axis', message, place, fix: near ? `did you mean \`${near}\`?` : has });
    };
  }
}

function labels(chosen: Chosen): Axes {
  return Object.fromEntries([...chosen].map(([axis, { label }]) => [axis, label]));
}
