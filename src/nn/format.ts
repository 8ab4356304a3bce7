/** Models on disk: TensorFlow.js' layers-model format, so that a browser loads them as they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type LayerNode,
  makeNetwork,
  type Network,
  networkInput,
  type PlacedLayer,
  product,
} from './graph.ts';
import type { LayerKind } from './layers/layer.ts';
import { toKeras } from './layers/registry.ts';

export interface Model {
  readonly network: Network;
  /** One array a weight, in the order of the layers. */
  readonly weights: readonly Float32Array[];
}

/** Keras' name for the input: no layer of ours may have it, since ours begin with a letter. */
const inputName = '0_input';

export function writeModel(folder: string, { network, weights }: Model): void {
  const specs = network.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({
      name: `${layer.name}/${weight.name}`,
      shape: weight.shape,
      dtype: 'float32',
    })),
  );
  const file = {
    format: 'layers-model',
    generatedBy: 'pipe',
    convertedBy: null,
    modelTopology: topologyOf(network),
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    userDefinedMetadata: declarationOf(network),
  };
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(file, null, 1)}\n`);
  writeFileSync(join(folder, 'weights.bin'), bytesOf(weights));
}

function topologyOf(network: Network): object {
  const nameAt = (number: number): string =>
    number === networkInput ? inputName : (network.layers[number]?.name ?? '');
  const input = {
    class_name: 'InputLayer',
    name: inputName,
    config: { batch_input_shape: [null, ...network.input], dtype: 'float32', sparse: false, name: inputName },
    inbound_nodes: [],
  };
  const layers = network.layers.map((layer) => {
    const { className, config } = toKeras(layer);
    return {
      class_name: className,
      name: layer.name,
      config: { name: layer.name, trainable: true, ...config },
      inbound_nodes: [layer.from.map((from) => [nameAt(from), 0, 0, {}])],
    };
  });
  return {
    class_name: 'Model',
    config: {
      name: 'model',
      layers: [input, ...layers],
      input_layers: [[inputName, 0, 0]],
      output_layers: [[nameAt(network.layers.length - 1), 0, 0]],
    },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
}

/** What this program reads of its own models: layers as declared. */
interface Declaration {
  readonly version: 1;
  readonly input: readonly number[];
  readonly layers: readonly PlacedLayer[];
}

function declarationOf({ input, layers }: Network): Declaration {
  const placed = layers.map(
    ({ name, input: _i, output: _o, weights: _w, frozen: _f, ...layer }: LayerNode) => ({
      ...layer,
      called: name,
    }),
  );
  return { version: 1, input, layers: placed };
}

/** The network of a model that this program wrote; objects are checked by hash, so their form is the writer's. */
export function readNetwork(modelFile: string): Network {
  const file: { userDefinedMetadata: Declaration } = JSON.parse(readFileSync(modelFile, 'utf8'));
  return makeNetwork(file.userDefinedMetadata.input, file.userDefinedMetadata.layers);
}

export function readModel(files: { readonly [path: string]: string }): Model {
  const network = readNetwork(files['model.json'] ?? '');
  return { network, weights: splitWeights(network, readFileSync(files['weights.bin'] ?? '')) };
}

/** The kinds of the layers of a model.json's text, each once. */
export function layerKinds(modelJson: string): LayerKind[] {
  const file: { userDefinedMetadata: Declaration } = JSON.parse(modelJson);
  return [...new Set(file.userDefinedMetadata.layers.map(({ kind }) => kind))];
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
