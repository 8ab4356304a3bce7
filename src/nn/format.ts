/** Models on disk: TensorFlow.js' layers-model format, so that a browser loads them as they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Layer, type LayerNode, makeNetwork, type Network, product } from './graph.ts';

export interface Model {
  readonly network: Network;
  /** One array a weight, in the order of the layers. */
  readonly weights: readonly Float32Array[];
}

export function writeModel(folder: string, { network, weights }: Model): void {
  const specs = network.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({
      name: `${layer.name}/${weight.name}`,
      shape: weight.shape,
      dtype: 'float32',
    })),
  );
  const layers = network.layers.map((layer, i) => ({
    class_name: classNames[layer.kind],
    config: {
      name: layer.name,
      trainable: true,
      ...kerasConfig(layer),
      ...(i === 0 ? { batch_input_shape: [null, ...network.input], dtype: 'float32' } : {}),
    },
  }));
  const topology = {
    class_name: 'Sequential',
    config: { name: 'model', layers },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const manifest = [{ paths: ['weights.bin'], weights: specs }];
  const file = {
    format: 'layers-model',
    generatedBy: 'pipe',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: manifest,
    userDefinedMetadata: {
      layers: network.layers.map(({ kind, config }) => ({ kind, config })),
      input: network.input,
    },
  };
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(file, null, 1)}\n`);
  writeFileSync(join(folder, 'weights.bin'), bytesOf(weights));
}

export function readModel(files: { readonly [path: string]: string }): Model {
  const file: { userDefinedMetadata: { layers: Layer[]; input: number[] } } = JSON.parse(
    readFileSync(files['model.json'] ?? '', 'utf8'),
  );
  const network = makeNetwork(file.userDefinedMetadata.input, file.userDefinedMetadata.layers);
  return { network, weights: splitWeights(network, readFileSync(files['weights.bin'] ?? '')) };
}

export function bytesOf(arrays: readonly Float32Array[]): Buffer {
  return Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
}

export function splitWeights(network: Network, bytes: Buffer): Float32Array[] {
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  let at = 0;
  return network.layers
    .flatMap((layer) => layer.weights)
    .map(({ shape }) => {
      const size = product(shape);
      at += size;
      return all.slice(at - size, at);
    });
}

const classNames = {
  conv2d: 'Conv2D',
  batchNormalization: 'BatchNormalization',
  activation: 'Activation',
  maxPooling2d: 'MaxPooling2D',
  averagePooling2d: 'AveragePooling2D',
  globalAveragePooling2d: 'GlobalAveragePooling2D',
  flatten: 'Flatten',
  dropout: 'Dropout',
  dense: 'Dense',
} as const;

function kerasConfig(layer: LayerNode): object {
  switch (layer.kind) {
    case 'conv2d': {
      const { filters, kernelSize, strides, padding, activation, useBias } = layer.config;
      return {
        filters,
        kernel_size: [kernelSize, kernelSize],
        strides: [strides, strides],
        padding,
        data_format: 'channels_last',
        dilation_rate: [1, 1],
        activation,
        use_bias: useBias,
      };
    }
    case 'batchNormalization':
      return {
        axis: -1,
        momentum: layer.config.momentum,
        epsilon: layer.config.epsilon,
        center: true,
        scale: true,
      };
    case 'activation':
      return { activation: layer.config.function };
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { poolSize = 2, strides = poolSize, padding } = layer.config;
      return {
        pool_size: [poolSize, poolSize],
        strides: [strides, strides],
        padding,
        data_format: 'channels_last',
      };
    }
    case 'globalAveragePooling2d':
    case 'flatten':
      return { data_format: 'channels_last' };
    case 'dropout':
      return { rate: layer.config.rate };
    case 'dense':
      return {
        units: layer.config.units,
        activation: layer.config.activation,
        use_bias: layer.config.useBias,
      };
  }
}
