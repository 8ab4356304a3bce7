/** What is known of a kind of layer without computing: shapes, weights, and how Keras writes it. Imports no engine. */
import type { Stages } from '../../generated/types.ts';
import type { JsonObject } from '../../stages/kind.ts';

export type LayerItem = Stages['build']['layers'][number];
/** What a pipeline file says of several layers at once; none of these is a layer itself. */
type Structure = 'repeat' | 'residual' | 'add' | 'concatenate' | 'model';
type Merge = 'add' | 'concatenate';

export type LayerKind = Exclude<keyof LayerItem, Structure> | Merge;
export type ConfigMap = {
  [K in LayerKind]: K extends Merge
    ? { readonly name?: string }
    : K extends keyof LayerItem
      ? NonNullable<LayerItem[K]>
      : never;
};
export type LayerOf<K extends LayerKind> = {
  [P in K]: { readonly kind: P; readonly config: ConfigMap[P] };
}[K];
/** One layer as declared. */
export type Layer = LayerOf<LayerKind>;

/** Without the batch: [height, width, channels] or [values]. */
export type Shape = readonly number[];

export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly init: 'glorotUniform' | 'zeros' | 'ones';
  readonly trainable: boolean;
}

export interface LayerType<K extends LayerKind> {
  /** Keras' name of the class. */
  readonly className: string;
  /** ShapeMistake where the layer can't take what it is given. */
  readonly output: (config: ConfigMap[K], inputs: readonly Shape[]) => Shape;
  readonly weights: (config: ConfigMap[K], input: Shape) => readonly WeightSpec[];
  readonly toKeras: (config: ConfigMap[K]) => JsonObject;
  /** Throws KerasMistake for what this program has no layer for. */
  readonly fromKeras: (config: KerasConfig) => ConfigMap[K];
}

export class ShapeMistake extends Error {
  readonly fix: string | undefined;
  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix;
  }
}

export const shown = (shape: Shape): string => `[${shape.join(', ')}]`;
export const product = (shape: Shape): number => shape.reduce((size, side) => size * side, 1);

export function imageOf([first]: readonly Shape[]): readonly [number, number, number] {
  const [height, width, channels, ...more] = first ?? [];
  if (height === undefined || width === undefined || channels === undefined || more.length > 0)
    throw new ShapeMistake(`needs images (height, width, channels), but gets ${shown(first ?? [])}`);
  return [height, width, channels];
}

export function weight(name: string, shape: Shape, init: WeightSpec['init'], trainable = true): WeightSpec {
  return { name, shape, init, trainable };
}

export class KerasMistake extends Error {}

/** A layer's config as Keras wrote it; reads only what a layer of ours can say too. */
export class KerasConfig {
  readonly #values: { readonly [key: string]: unknown };
  constructor(values: { readonly [key: string]: unknown }) {
    this.#values = values;
  }

  number(key: string, otherwise?: number): number {
    const value = this.#values[key] ?? otherwise;
    if (typeof value !== 'number')
      throw new KerasMistake(`its ${key} is ${JSON.stringify(value)}, not a number`);
    return value;
  }

  /** A size for both axes: 3 or [3, 3]. */
  square(key: string, otherwise?: number): number {
    const value = this.#values[key] ?? otherwise;
    const sides: unknown[] = Array.isArray(value) ? value : [value];
    const [side] = sides;
    if (typeof side !== 'number' || sides.some((other) => other !== side))
      throw new KerasMistake(`its ${key} is ${JSON.stringify(value)}; only equal sides are read`);
    return side;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values[key];
    return typeof value === 'boolean' ? value : otherwise;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
    const value = this.#values[key] ?? otherwise;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      throw new KerasMistake(`its ${key} is ${JSON.stringify(value)}; only ${allowed.join(', ')} are read`);
    return found;
  }

  numbers(key: string): number[] {
    const value = this.#values[key];
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'number'))
      throw new KerasMistake(`its ${key} is ${JSON.stringify(value)}, not a list of numbers`);
    return value.map(Number);
  }

  /** 1, [1, 1] or [[0, 1], [0, 1]]: top and bottom, left and right. */
  sides(key: string): [[number, number], [number, number]] {
    const value = this.#values[key];
    const pair = (side: unknown): [number, number] => {
      const [from, to]: unknown[] = Array.isArray(side) ? side : [side, side];
      if (typeof from !== 'number' || typeof to !== 'number')
        throw new KerasMistake(`its ${key} is ${JSON.stringify(value)}`);
      return [from, to];
    };
    const [rows, columns]: unknown[] = Array.isArray(value) ? value : [value, value];
    return [pair(rows), pair(columns)];
  }

  /** For what has no counterpart here: anything but these values is refused. */
  must(key: string, ...values: readonly unknown[]): void {
    const value = this.#values[key];
    if (value === undefined || value === null) return;
    const text = JSON.stringify(value);
    if (!values.some((one) => JSON.stringify(one) === text))
      throw new KerasMistake(`its ${key} is ${text}; only ${JSON.stringify(values[0])} is read`);
  }
}
