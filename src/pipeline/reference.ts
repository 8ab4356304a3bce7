/** How stages are named: `train`, `train.trained`, and with a matrix `train[seed=1]`, `train[seed=1].trained`. */

export type Axes = { readonly [axis: string]: string };

export interface Reference {
  /** As declared: `train`. */
  readonly declared: string;
  /** The axes that it fixes. */
  readonly axes: Axes;
  /** The stage's full name: `train[seed=1]`. */
  readonly name: string;
  readonly port: string | null;
}

const form = /^([A-Za-z][\w-]*)(?:\[([^\]]*)\])?(?:\.(.+))?$/;

/** Null for what is no reference. */
export function parseReference(text: string): Reference | null {
  const found = form.exec(text);
  if (!found) return null;
  const [, declared = '', cell, port] = found;
  const axes = Object.fromEntries(
    (cell ?? '')
      .split(',')
      .filter(Boolean)
      .map((part) => {
        const [axis = '', ...label] = part.split('=');
        return [axis.trim(), label.join('=').trim()];
      }),
  );
  return { declared, axes, name: cellName(declared, axes), port: port ?? null };
}

/** Axes stand in alphabetical order, so that a name says nothing of the order in which a file is written. */
export function cellName(declared: string, axes: Axes): string {
  const parts = Object.keys(axes)
    .sort()
    .map((axis) => `${axis}=${axes[axis]}`);
  return parts.length === 0 ? declared : `${declared}[${parts.join(',')}]`;
}

/** Does a cell have these labels, as far as it has the axes at all? */
/** Is the stage of this name one of several, cells of one declared stage? */
export const isCellOf = (name: string, declared: string): boolean => name.startsWith(`${declared}[`);

export function agrees(cell: Axes, wanted: Axes): boolean {
  return Object.entries(wanted).every(([axis, label]) => !Object.hasOwn(cell, axis) || cell[axis] === label);
}

/** `${stages.STAGE.VALUE}`, the whole text. */
export const deferredForm = /^\$\{stages\.([A-Za-z][\w-]*(?:\[[^\]]*\])?)\.([^}]+)\}$/;
