/** A network before it computes: its layers in the order in which they compute, with shapes and weights. Imports no engine. */
import { type Layer, product, type Shape, ShapeMistake, type WeightSpec } from './layers/layer.ts';
import { outputOf, weightsOf } from './layers/registry.ts';

export type { Layer, LayerKind, Shape, WeightSpec } from './layers/layer.ts';
export { product } from './layers/layer.ts';

/** The network's own input, among the layers that a layer takes from. */
export const networkInput = -1;

/** A layer where it stands. */
export type PlacedLayer = Layer & {
  /** The numbers of the layers that it takes from, each before itself. */
  readonly from: readonly number[];
  /** The name that it was given, if any. */
  readonly called: string | undefined;
};

export type LayerNode = PlacedLayer & {
  /** Unique: conv2d_1, conv2d_2 … where none was given. */
  readonly name: string;
  /** The first of what it takes; without the batch. */
  readonly input: Shape;
  readonly output: Shape;
  readonly weights: readonly WeightSpec[];
  /** In this training. */
  readonly frozen?: true;
};

export interface Network {
  readonly input: Shape;
  /** The last one gives the network's output. */
  readonly layers: readonly LayerNode[];
}

export class ShapeError extends Error {
  /** The layer's number. */
  readonly layer: number;
  readonly fix: string | undefined;
  constructor(layer: number, { message, fix }: ShapeMistake) {
    super(message);
    this.layer = layer;
    this.fix = fix;
  }
}

/** Works out names, shapes and weights. ShapeError where a layer can't take what it is given. */
export function makeNetwork(input: Shape, layers: readonly PlacedLayer[]): Network {
  const names = namesOf(layers);
  const nodes: LayerNode[] = [];
  for (const [number, layer] of layers.entries()) {
    const inputs = layer.from.map((from) => (from === networkInput ? input : (nodes[from]?.output ?? [])));
    const [first = input] = inputs;
    const output = shapeOf(layer, inputs, number);
    nodes.push({
      ...layer,
      name: names[number] ?? '',
      input: first,
      output,
      weights: weightsOf(layer, first),
    });
  }
  return { input, layers: nodes };
}

/** Layers one after the other. */
export function inSequence(layers: readonly Layer[]): PlacedLayer[] {
  return layers.map((layer, i) => ({ ...layer, from: [i - 1], called: layer.config.name }));
}

function shapeOf(layer: PlacedLayer, inputs: readonly Shape[], number: number): Shape {
  try {
    return outputOf(layer, inputs);
  } catch (error) {
    throw error instanceof ShapeMistake ? new ShapeError(number, error) : error;
  }
}

/** Given names stay, the first of equal ones as it is; all others are counted by kind. */
function namesOf(layers: readonly PlacedLayer[]): string[] {
  const given = new Set(layers.flatMap(({ called }) => called ?? []));
  const used = new Set<string>();
  const counts = new Map<string, number>();
  const counted = (base: string): string => {
    for (;;) {
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      const name = `${base}_${count}`;
      if (!given.has(name) && !used.has(name)) return name;
    }
  };
  return layers.map(({ kind, called }) => {
    const own = called === undefined ? counted(kind) : used.has(called) ? counted(called) : called;
    used.add(own);
    return own;
  });
}

export const outputShape = (network: Network): Shape => network.layers.at(-1)?.output ?? network.input;

/** Of the layer that gives the output; null where that kind of layer has none. */
export function lastActivation({ layers }: Network): string | null {
  const last = layers.at(-1);
  if (last?.kind === 'dense' || last?.kind === 'conv2d' || last?.kind === 'depthwiseConv2d')
    return last.config.activation;
  return last?.kind === 'activation' ? last.config.function : null;
}

export function parameterCount(network: Network): number {
  return network.layers.flatMap((layer) => layer.weights).reduce((sum, { shape }) => sum + product(shape), 0);
}

/** The layers that lead to the named one, which is then the last; null when there is no such layer. */
export function layersUntil(network: Network, name: string): readonly number[] | null {
  const last = network.layers.findIndex((layer) => layer.name === name);
  if (last < 0) return null;
  const needed = new Set<number>();
  const visit = (number: number): void => {
    if (number === networkInput || needed.has(number)) return;
    needed.add(number);
    network.layers[number]?.from.forEach(visit);
  };
  visit(last);
  return [...needed].sort((a, b) => a - b);
}
