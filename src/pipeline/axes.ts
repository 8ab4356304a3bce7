/** Reads a stage's `matrix`: axes, `include` and `exclude`. */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Json } from '../stages/kind.ts';
import { Vars } from './interpolate.ts';
import { type Entry, type MapNode, type Node, textOf, toJson, where } from './nodes.ts';
import { type Axes, cellName } from './reference.ts';
import { explain } from './schema-errors.ts';
import { validators } from './validator.ts';

export interface AxisValue {
  /** What stands in a cell's name. */
  readonly label: string;
  readonly node: Node;
}
export interface OwnAxes {
  /** What each cell has of the stage's own axes: one without any when there is no matrix. */
  readonly cells: readonly ReadonlyMap<string, AxisValue>[];
  readonly excludes: readonly { readonly place: Place; matches(axes: Axes): boolean }[];
}
type Say = (problem: Omit<Diagnostic, 'severity'>) => void;

/** Of one stage, excluded ones among them: to look at more would take longer than anybody wants to wait. */
export const mostCrossed = 100_000;

/** Labels become names of folders: these characters do on every system. */
const labelForm = /^[A-Za-z0-9_.+-]{1,40}$/;

/** Null where there are no such cells; why, is told. */
export function readAxes(matrix: Entry | undefined, stage: string, say: Say): OwnAxes | null {
  if (!matrix) return { cells: [new Map()], excludes: [] };
  const wrong = wrongForm(matrix, stage);
  for (const problem of wrong) say(problem);
  return wrong.length > 0 || matrix.value.type !== 'map' ? null : readForm(matrix.value, say);
}

function wrongForm({ key, value: matrix }: Entry, stage: string): Diagnostic[] {
  const form = formOf(matrix);
  const validator = validators.get('matrix');
  if (validator && !validator.fits(form))
    return explain(validator.errors(form), matrix, { name: `${stage}.matrix`, key, schema: 'common' });
  return matrix.type === 'map' ? [...matrix.entries.values()].flatMap(lateAxis) : [];
}

/** A map's labels are left out: one that can't name a cell is told as what it is. */
function formOf(matrix: Node): Json {
  if (matrix.type !== 'map') return toJson(matrix);
  const isLabelled = (name: string, value: Node): boolean =>
    !isRows(name) && value.type === 'map' && value.entries.size > 0;
  return Object.fromEntries(
    [...matrix.entries].map(([name, { value }]) => [
      name,
      isLabelled(name, value) ? { label: 0 } : toJson(value),
    ]),
  );
}

const isRows = (name: string): boolean => name === 'include' || name === 'exclude';

/** A value of a stage comes too late. */
function lateAxis({ value: axis }: Entry): Diagnostic[] {
  const text = textOf(axis) ?? '';
  if (!text.startsWith('${') || !Vars.later.test(text.slice(2))) return [];
  const message = `\`${text}\` can't be an axis: its values are needed before any stage has run`;
  return [{ severity: 'error', code: 'invalid-value', message, ...where(axis, []), fix: 'write a list' }];
}

function readForm(matrix: MapNode, say: Say): OwnAxes | null {
  const axes = new Map<string, readonly AxisValue[]>();
  for (const [name, { value }] of matrix.entries)
    if (!isRows(name)) axes.set(name, readAxis(name, value, say));
  if ([...axes.values()].reduce((count, values) => count * values.length, 1) > mostCrossed) {
    say(tooLarge(mostCrossed, matrix.place));
    return null;
  }
  // Without axes of its own it may exclude cells by those that come with references.
  const crossed =
    axes.size > 0 ? cross(axes) : matrix.entries.has('include') ? [] : [new Map<string, AxisValue>()];
  const cells = new Map(crossed.map((cell) => [keyOf(cell), cell]));
  for (const row of rowsOf(matrix, 'include')) {
    const cell = readIncluded(row, axes, say);
    if (cell && cells.has(keyOf(cell))) say(duplicate(row.place));
    else if (cell) cells.set(keyOf(cell), cell);
  }
  const excludes = rowsOf(matrix, 'exclude').map((row) => ({
    place: row.place,
    matches: (cell: Axes) =>
      [...row.entries].every(
        ([axis, { value }]) => value.type === 'scalar' && cell[axis] === String(value.value),
      ),
  }));
  return cells.size > 0 ? { cells: [...cells.values()], excludes } : null;
}

/** A list's values are their own labels; a map gives each value its label. */
function readAxis(name: string, node: Node, say: Say): AxisValue[] {
  const values =
    node.type === 'map'
      ? [...node.entries].map(([label, { value }]) => ({ label, node: value }))
      : (node.type === 'list' ? node.items : []).map((item) => ({
          label: item.type === 'scalar' ? String(item.value) : '',
          node: item,
        }));
  const unnamed = values.find(({ label }) => !labelForm.test(label));
  if (unnamed)
    say({
      code: 'unnamed-cell',
      message: `this value of the axis \`${name}\` can't name a cell: that takes up to 40 letters, digits and . _ + -`,
      place: unnamed.node.place,
      fix: `name the values: \`${name}: { first: …, second: … }\``,
    });
  const seen = new Map<string, AxisValue>();
  for (const [i, value] of values.entries()) {
    // A value that can't name its cell still is one: nothing that refers to it is a second mistake.
    const label = labelForm.test(value.label) ? value.label : `value-${i + 1}`;
    // Some systems' folders don't tell upper from lower case.
    const key = label.toLowerCase();
    if (seen.has(key)) {
      const message = `the axis \`${name}\` has \`${label}\` twice`;
      say({ code: 'duplicate-cell', message, place: value.node.place, fix: 'remove one' });
    } else seen.set(key, { ...value, label });
  }
  return [...seen.values()];
}

function cross(axes: ReadonlyMap<string, readonly AxisValue[]>): ReadonlyMap<string, AxisValue>[] {
  return [...axes].reduce<ReadonlyMap<string, AxisValue>[]>(
    (cells, [axis, values]) =>
      cells.flatMap((cell) => values.map((value) => new Map([...cell, [axis, value]]))),
    [new Map()],
  );
}

function rowsOf(matrix: MapNode, key: string): MapNode[] {
  const rows = matrix.entries.get(key)?.value;
  return rows?.type === 'list' ? rows.items.filter((item) => item.type === 'map') : [];
}

/** An included cell names every axis; a label that the axis has stands for its value. */
function readIncluded(
  row: MapNode,
  axes: ReadonlyMap<string, readonly AxisValue[]>,
  say: Say,
): ReadonlyMap<string, AxisValue> | null {
  const names = axes.size > 0 ? [...axes.keys()] : [...row.entries.keys()];
  const missing = names.find((axis) => !row.entries.has(axis));
  if (missing !== undefined) {
    say({
      code: 'missing-key',
      message: `this cell needs a value for the axis \`${missing}\``,
      place: row.place,
      fix: `add \`${missing}\``,
    });
    return null;
  }
  const cell = new Map<string, AxisValue>();
  for (const [axis, { key, value }] of row.entries) {
    if (!names.includes(axis)) {
      const near = nearest(axis, names);
      say({
        code: 'unknown-axis',
        message: `\`${axis}\` is no axis of this matrix`,
        place: key,
        fix: near ? `did you mean \`${near}\`?` : `it has ${names.join(', ')}`,
      });
      return null;
    }
    const label = value.type === 'scalar' ? String(value.value) : '';
    const known = axes.get(axis)?.find((one) => one.label === label);
    if (!known && !labelForm.test(label)) {
      say({
        code: 'unnamed-cell',
        message: `this value of the axis \`${axis}\` can't name a cell`,
        place: value.place,
        fix: 'take a number or a short word',
      });
      return null;
    }
    cell.set(axis, known ?? { label, node: value });
  }
  return cell;
}

/** Some systems' folders don't tell upper from lower case. */
function keyOf(cell: ReadonlyMap<string, AxisValue>): string {
  const labels = [...cell].map(([axis, { label }]) => [axis, label]);
  return cellName('', Object.fromEntries(labels)).toLowerCase();
}

export const tooLarge = (most: number, place: Place): Omit<Diagnostic, 'severity'> => ({
  code: 'too-large',
  message: `the matrix makes more than ${most} cells`,
  place,
  fix: 'shorten an axis',
});

const duplicate = (place: Place): Omit<Diagnostic, 'severity'> => ({
  code: 'duplicate-cell',
  message: 'the matrix has this cell already',
  place,
  fix: 'remove it',
});
