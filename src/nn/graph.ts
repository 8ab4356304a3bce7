/** A network before it computes: its layers with their shapes and weights. Static: imports no engine. */
import type { Stages } from '../generated/types.ts';

type LayerItem = Stages['build']['layers'][number];
export type LayerKind = Exclude<keyof LayerItem, 'repeat'>;
export type Layer = {
  [K in LayerKind]: { readonly kind: K; readonly config: NonNullable<LayerItem[K]> };
}[LayerKind];

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: 'glorotUniform' | 'zeros' | 'ones';
  readonly trainable: boolean;
}

export type LayerNode = Layer & {
  /** Unique: conv2d_1, conv2d_2 … */
  readonly name: string;
  /** Without the batch. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly weights: readonly WeightSpec[];
};

export interface Network {
  readonly input: readonly number[];
  readonly layers: readonly LayerNode[];
}

export class ShapeError extends Error {
  readonly layer: number;
  constructor(layer: number, message: string) {
    super(message);
    this.layer = layer;
  }
}

/** Works out names, shapes and weights. ShapeError where a layer can't take what it is given. */
export function makeNetwork(input: readonly number[], layers: readonly Layer[]): Network {
  const counts = new Map<string, number>();
  const nodes: LayerNode[] = [];
  let shape = input;
  for (const [position, layer] of layers.entries()) {
    const number = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, number);
    const output = outputShape(layer, shape, (message) => new ShapeError(position, message));
    nodes.push({
      ...layer,
      name: `${layer.kind}_${number}`,
      input: shape,
      output,
      weights: weightsOf(layer, shape),
    });
    shape = output;
  }
  return { input, layers: nodes };
}

/** The layers of a build stage's params, `width` applied to all but the last that has filters or units. */
export function layersOf(params: Stages['build']): Layer[] {
  const layers = params.layers.map(toLayer);
  const last = layers.findLastIndex((layer) => layer.kind === 'conv2d' || layer.kind === 'dense');
  const scale = (count: number): number => Math.max(1, Math.round(count * params.width));
  return layers.map((layer, i) => {
    if (i === last) return layer;
    if (layer.kind === 'conv2d')
      return { kind: 'conv2d', config: { ...layer.config, filters: scale(layer.config.filters) } };
    if (layer.kind === 'dense')
      return { kind: 'dense', config: { ...layer.config, units: scale(layer.config.units) } };
    return layer;
  });
}

function toLayer(item: LayerItem): Layer {
  if (item.conv2d) return { kind: 'conv2d', config: item.conv2d };
  if (item.batchNormalization) return { kind: 'batchNormalization', config: item.batchNormalization };
  if (item.activation) return { kind: 'activation', config: item.activation };
  if (item.maxPooling2d) return { kind: 'maxPooling2d', config: item.maxPooling2d };
  if (item.averagePooling2d) return { kind: 'averagePooling2d', config: item.averagePooling2d };
  if (item.globalAveragePooling2d)
    return { kind: 'globalAveragePooling2d', config: item.globalAveragePooling2d };
  if (item.flatten) return { kind: 'flatten', config: item.flatten };
  if (item.dropout) return { kind: 'dropout', config: item.dropout };
  if (item.dense) return { kind: 'dense', config: item.dense };
  throw new Error(`unchecked layer ${Object.keys(item).join()}`);
}

export function parameterCount(network: Network): number {
  return network.layers.flatMap((layer) => layer.weights).reduce((sum, { shape }) => sum + product(shape), 0);
}

export const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

function outputShape(
  layer: Layer,
  input: readonly number[],
  error: (message: string) => ShapeError,
): readonly number[] {
  const image = (): [number, number, number] => {
    const [height, width, channels] = input;
    if (height === undefined || width === undefined || channels === undefined)
      throw error(`needs images (height, width, channels), but gets [${input.join(', ')}]`);
    return [height, width, channels];
  };
  switch (layer.kind) {
    case 'conv2d': {
      const { filters, kernelSize, strides, padding } = layer.config;
      return [...slide(image(), kernelSize, strides, padding, error), filters];
    }
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { poolSize = 2, strides, padding } = layer.config;
      return [...slide(image(), poolSize, strides ?? poolSize, padding, error), image()[2]];
    }
    case 'globalAveragePooling2d':
      return [image()[2]];
    case 'flatten':
      return [product(input)];
    case 'dense':
      if (input.length !== 1)
        throw error(`needs one row of values, but gets [${input.join(', ')}]: flatten or pool it first`);
      return [layer.config.units];
    case 'batchNormalization':
    case 'activation':
    case 'dropout':
      return input;
  }
}

function slide(
  [height, width]: readonly [number, number, number],
  size: number,
  strides: number,
  padding: 'valid' | 'same',
  error: (message: string) => ShapeError,
): number[] {
  return [height, width].map((side) => {
    const out = padding === 'same' ? Math.ceil(side / strides) : Math.floor((side - size) / strides) + 1;
    if (out < 1)
      throw error(
        `has a window of ${size}×${size}, larger than its input of ${height}×${width}: a smaller window or padding same would fit`,
      );
    return out;
  });
}

function weightsOf(layer: Layer, input: readonly number[]): WeightSpec[] {
  const channels = input.at(-1) ?? 1;
  const spec = (name: string, shape: number[], init: WeightSpec['init'], trainable = true): WeightSpec => ({
    name,
    shape,
    init,
    trainable,
  });
  switch (layer.kind) {
    case 'conv2d': {
      const { kernelSize, filters, useBias } = layer.config;
      return [
        spec('kernel', [kernelSize, kernelSize, channels, filters], 'glorotUniform'),
        ...(useBias ? [spec('bias', [filters], 'zeros')] : []),
      ];
    }
    case 'dense':
      return [
        spec('kernel', [channels, layer.config.units], 'glorotUniform'),
        ...(layer.config.useBias ? [spec('bias', [layer.config.units], 'zeros')] : []),
      ];
    case 'batchNormalization':
      return [
        spec('gamma', [channels], 'ones'),
        spec('beta', [channels], 'zeros'),
        spec('moving_mean', [channels], 'zeros', false),
        spec('moving_variance', [channels], 'ones', false),
      ];
    case 'activation':
    case 'maxPooling2d':
    case 'averagePooling2d':
    case 'globalAveragePooling2d':
    case 'flatten':
    case 'dropout':
      return [];
  }
}
