/** Reads a stage's `matrix`: axes, `include` and `exclude`. */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { MapNode, Node } from './nodes.ts';
import { type Axes, cellName } from './reference.ts';

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

/** Labels become names of folders: these characters do on every system. */
const labelForm = /^[A-Za-z0-9_.+-]{1,40}$/;

export function readAxes(matrix: Node | undefined, say: Say): OwnAxes {
  if (matrix?.type !== 'map') return { cells: [new Map()], excludes: [] };
  const axes = new Map<string, readonly AxisValue[]>();
  for (const [name, { value }] of matrix.entries)
    if (name !== 'include' && name !== 'exclude') axes.set(name, readAxis(name, value, say));
  const crossed = cross(axes);
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
  return { cells: [...cells.values()], excludes };
}

/** A list's values are their own labels; a map gives each value its label. */
function readAxis(name: string, node: Node, say: Say): AxisValue[] {
  if (node.type === 'scalar') return [];
  const values =
    node.type === 'map'
      ? [...node.entries].map(([label, { value }]) => ({ label, node: value }))
      : node.items.map((item) => ({ label: item.type === 'scalar' ? String(item.value) : '', node: item }));
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
  if (axes.size === 0) return [];
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

const duplicate = (place: Place): Omit<Diagnostic, 'severity'> => ({
  code: 'duplicate-cell',
  message: 'the matrix has this cell already',
  place,
  fix: 'remove it',
});
