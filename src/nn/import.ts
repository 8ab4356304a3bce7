/** Networks that others trained: TensorFlow.js layers-models, read layer by layer into layers of ours. */
import { readFileSync } from 'node:fs';
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Model } from './format.ts';
import {
  makeNetwork,
  type Network,
  networkInput,
  type PlacedLayer,
  product,
  type Shape,
  ShapeError,
} from './graph.ts';
import { KerasConfig, KerasMistake, shown } from './layers/layer.ts';
import { fromKeras } from './layers/registry.ts';

/** The files beside model.json that hold its weights. Failure `bad-model`. */
export function weightFiles(modelFile: string): string[] {
  return manifestOf(read(modelFile), modelFile).flatMap(({ paths }) => paths);
}

/**
 * Only what leads to the layer `until`, where it is said. Failure `bad-model` for what is no layers-model, `unknown-layer`
 * where it has no such one, `unsupported-layer` for a layer that none of ours can stand for. `fileOf` gives the path of a
 * file of weights.
 */
export function importModel(
  modelFile: string,
  fileOf: (name: string) => string,
  until: string | null = null,
): Model {
  const file = read(modelFile);
  const network = networkOf(file, modelFile, until);
  const stored = weightsIn(manifestOf(file, modelFile), fileOf, modelFile);
  const weights = network.layers.flatMap((layer) =>
    layer.weights.map(({ name, shape }) => {
      const found = stored.get(`${layer.name}/${name}`);
      if (found?.shape.join() !== shape.join())
        throw bad(
          modelFile,
          `it has ${found ? shown(found.shape) : 'nothing'} for ${layer.name}/${name}, not ${shown(shape)}`,
        );
      return found.values;
    }),
  );
  return { network, weights };
}

type Fields = { readonly [key: string]: unknown };

function read(modelFile: string): Fields {
  try {
    const parsed: unknown = JSON.parse(readFileSync(modelFile, 'utf8'));
    if (isFields(parsed) && isFields(parsed.modelTopology) && Array.isArray(parsed.weightsManifest))
      return parsed;
  } catch (error) {
    throw bad(modelFile, error instanceof Error ? error.message : String(error));
  }
  throw bad(modelFile, 'it has no modelTopology and weightsManifest');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function networkOf(file: Fields, modelFile: string, until: string | null): Network {
  const topology = isFields(file.modelTopology) ? file.modelTopology : {};
  // Keras writes the model under model_config, TensorFlow.js at the top.
  const model = isFields(topology.model_config) ? topology.model_config : topology;
  const config = isFields(model.config) ? model.config : { layers: model.config };
  const sequential = model.class_name === 'Sequential';
  const all = listIn(config.layers).filter(isFields);
  const end = until ?? outputOf(config, modelFile);
  if (end !== null && !all.some((one) => nameOf(one) === end))
    throw until === null
      ? bad(modelFile, `its output is of a layer ${end}, which it does not have`)
      : unknownLayer(modelFile, end, all.map(nameOf));
  // Of the whole model its inputs count, too: it may not be called without them.
  const needed = end === null ? null : leadingTo(end, all, sequential);
  const declared = all.filter(
    (one, number) => !needed || needed.has(number) || (until === null && one.class_name === 'InputLayer'),
  );
  const numbers = new Map<string, number>();
  const layers: PlacedLayer[] = [];
  let input: number[] | null = null;
  for (const one of declared) {
    const own = configOf(one);
    const name = nameOf(one);
    const shape = inputShape(own);
    if (shape) input ??= shape;
    if (one.class_name === 'InputLayer') {
      if ([...numbers.values()].includes(networkInput)) throw severalEnds(modelFile, 'inputs');
      numbers.set(name, networkInput);
      continue;
    }
    const from = sequential ? [layers.length - 1] : sources(one, name, numbers, modelFile);
    layers.push({ ...layerOf(String(one.class_name), own, name, modelFile), from, called: name });
    numbers.set(name, layers.length - 1);
  }
  if (!input || layers.length === 0) throw bad(modelFile, 'it says no shape of its input, or has no layers');
  try {
    return makeNetwork(input, layers);
  } catch (error) {
    throw error instanceof ShapeError
      ? bad(modelFile, `its layer ${nameAt(error.layer)} ${error.message}`)
      : error;
  }

  function nameAt(number: number): string {
    return layers[number]?.called ?? String(number);
  }
}

const configOf = (layer: Fields): Fields => (isFields(layer.config) ? layer.config : {});
const nameOf = (layer: Fields): string => String(configOf(layer).name ?? layer.name);

/** The numbers of the layers that the named one takes anything from, and its own; what does not lead to it need not be known here. */
function leadingTo(end: string, layers: readonly Fields[], sequential: boolean): ReadonlySet<number> {
  const last = layers.findIndex((layer) => nameOf(layer) === end);
  if (sequential) return new Set([...layers.keys()].slice(0, last + 1));
  const needed = new Set<number>();
  const visit = (number: number): void => {
    const layer = layers[number];
    if (!layer || needed.has(number)) return;
    needed.add(number);
    for (const call of listIn(layer.inbound_nodes))
      for (const node of listIn(call)) visit(layers.findIndex((one) => nameOf(one) === listIn(node)[0]));
  };
  visit(last);
  return needed;
}

/** `output_layers: [["probabilities", 0, 0]]`, or that one alone; null where it is not said, as in a Sequential. */
function outputOf(config: Fields, modelFile: string): string | null {
  const said = listIn(config.output_layers);
  const outputs = said.every(Array.isArray) ? said : [said];
  if (outputs.length > 1) throw severalEnds(modelFile, 'outputs');
  const [name] = listIn(outputs[0]);
  return name === undefined ? null : String(name);
}

function inputShape(config: Fields): number[] | null {
  const shape = listIn(config.batch_input_shape ?? config.batch_shape).slice(1);
  return shape.length > 0 && shape.every((side) => typeof side === 'number') ? shape.map(Number) : null;
}

/** `inbound_nodes: [[["conv1", 0, 0, {}], …]]`: one call of the layer, with all that it takes. */
function sources(
  layer: Fields,
  name: string,
  numbers: ReadonlyMap<string, number>,
  modelFile: string,
): number[] {
  const calls = listIn(layer.inbound_nodes);
  if (calls.length !== 1) throw unsupported(modelFile, name, `it is used ${calls.length} times`);
  const nodes = listIn(calls[0]);
  if (nodes.length === 0)
    throw bad(modelFile, `its layer ${name} does not say in the form of Keras 2 what it takes`);
  return nodes.map((node) => {
    const from = numbers.get(String(listIn(node)[0]));
    if (from === undefined) throw bad(modelFile, `its layer ${name} takes from one that comes later`);
    return from;
  });
}

function layerOf(
  className: string,
  config: Fields,
  name: string,
  modelFile: string,
): NonNullable<ReturnType<typeof fromKeras>> {
  try {
    const layer = fromKeras(className, new KerasConfig(config));
    if (layer) return layer;
  } catch (error) {
    if (error instanceof KerasMistake) throw unsupported(modelFile, `${name} (${className})`, error.message);
    throw error;
  }
  throw unsupported(modelFile, name, `there is no layer for ${className} here`);
}

interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly { readonly name: string; readonly shape: Shape }[];
}

function manifestOf(file: Fields, modelFile: string): Group[] {
  return listIn(file.weightsManifest).map((group) => {
    if (!isFields(group)) throw bad(modelFile, 'its weightsManifest is no list of groups');
    const weights = listIn(group.weights).map((weight) => {
      if (!isFields(weight) || weight.dtype !== 'float32' || weight.quantization !== undefined)
        throw bad(modelFile, 'only weights of float32, not quantized, are read');
      return { name: String(weight.name), shape: listIn(weight.shape).map(Number) };
    });
    return { paths: listIn(group.paths).map(String), weights };
  });
}

interface Stored {
  readonly shape: Shape;
  readonly values: Float32Array;
}

function weightsIn(
  groups: readonly Group[],
  fileOf: (name: string) => string,
  modelFile: string,
): Map<string, Stored> {
  const found = new Map<string, Stored>();
  for (const { paths, weights } of groups) {
    const bytes = Buffer.concat(paths.map((path) => readFileSync(fileOf(path))));
    const wanted =
      weights.reduce((sum, { shape }) => sum + product(shape), 0) * Float32Array.BYTES_PER_ELEMENT;
    if (bytes.length !== wanted)
      throw bad(modelFile, `${paths.join(', ')}: ${bytes.length} bytes, not ${wanted}`);
    const values = new Float32Array(new Uint8Array(bytes).buffer);
    let at = 0;
    for (const { name, shape } of weights) {
      const from = at;
      at += product(shape);
      found.set(name, { shape, values: values.slice(from, at) });
    }
  }
  return found;
}

function bad(modelFile: string, why: string): Failure {
  return new Failure('bad-model', `${modelFile} can't be read as a TensorFlow.js layers-model: ${why}`, {
    fix: 'convert it with tensorflowjs_converter --output_format tfjs_layers_model, without quantization',
  });
}

function severalEnds(modelFile: string, which: 'inputs' | 'outputs'): Failure {
  return new Failure('bad-model', `${modelFile} has several ${which}`, {
    fix: 'save a model of one input and one output: keras.Model(inputs, output) makes one of the same layers',
  });
}

function unknownLayer(modelFile: string, name: string, names: readonly string[]): Failure {
  const near = nearest(name, names);
  return new Failure('unknown-layer', `${modelFile}: the model has no layer \`${name}\``, {
    fix: near ? `did you mean \`${near}\`?` : `the last ones are ${names.slice(-5).join(', ')}`,
  });
}

function unsupported(modelFile: string, layer: string, why: string): Failure {
  return new Failure('unsupported-layer', `${modelFile}: the layer ${layer} can't be taken over: ${why}`, {
    fix: 'cut the model before it with `until`',
  });
}
