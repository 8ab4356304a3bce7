/** All kinds of layer. A new one is its file's entry here, its schema, and what it computes in ops. */
import {
  averagePooling2d,
  conv2d,
  depthwiseConv2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  upSampling2d,
  zeroPadding2d,
} from './image.ts';
import type {
  ConfigMap,
  KerasConfig,
  Layer,
  LayerKind,
  LayerOf,
  LayerType,
  Shape,
  WeightSpec,
} from './layer.ts';
import {
  activation,
  add,
  batchNormalization,
  concatenate,
  dense,
  dropout,
  flatten,
  layerNormalization,
  rescaling,
  reshape,
} from './value.ts';

const types: { readonly [K in LayerKind]: LayerType<K> } = {
  conv2d,
  depthwiseConv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  zeroPadding2d,
  upSampling2d,
  rescaling,
  dense,
  activation,
  batchNormalization,
  layerNormalization,
  dropout,
  flatten,
  reshape,
  add,
  concatenate,
};

export const isLayerKind = (name: string): name is LayerKind => name in types;

/** ShapeMistake where it can't take what it is given. */
export function outputOf<K extends LayerKind>({ kind, config }: LayerOf<K>, inputs: readonly Shape[]): Shape {
  return types[kind].output(config, inputs);
}

export function weightsOf<K extends LayerKind>(
  { kind, config }: LayerOf<K>,
  input: Shape,
): readonly WeightSpec[] {
  return types[kind].weights(config, input);
}

export function toKeras<K extends LayerKind>({
  kind,
  config,
}: LayerOf<K>): {
  readonly className: string;
  readonly config: ReturnType<LayerType<K>['toKeras']>;
} {
  return { className: types[kind].className, config: types[kind].toKeras(config) };
}

/** Null for a class that there is no layer for; throws KerasMistake for a config that none of ours says. */
export function fromKeras(className: string, config: KerasConfig): Layer | null {
  for (const kind of kindsOf(types)) if (types[kind].className === className) return read(kind, config);
  return null;
}

function read<K extends LayerKind>(kind: K, config: KerasConfig): LayerOf<K> {
  const own: ConfigMap[K] = types[kind].fromKeras(config);
  return { kind, config: own };
}

function kindsOf<K extends LayerKind>(map: { readonly [P in K]: unknown }): K[] {
  const kinds: K[] = [];
  for (const kind in map) kinds.push(kind);
  return kinds;
}

/** The layer that a map of one key declares, such as `{ dense: { units: 10 } }`. */
export function declaredLayer(item: { readonly [K in LayerKind]?: ConfigMap[K] }): Layer {
  for (const kind of kindsOf(types)) {
    const layer = taken(kind, item);
    if (layer) return layer;
  }
  throw new Error(`unchecked layer ${Object.keys(item).join()}`);
}

function taken<K extends LayerKind>(kind: K, item: { readonly [P in K]?: ConfigMap[P] }): LayerOf<K> | null {
  const config = item[kind];
  return config === undefined ? null : { kind, config };
}
