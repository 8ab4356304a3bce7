/** What a network takes, worked out from its shapes before anything runs. */
import { type LayerNode, type Network, parameterCount, product } from './graph.ts';

export interface NetworkCost {
  readonly parameters: number;
  /** In convolutions and matrix products, for one example forward; the rest is small beside them. */
  readonly multiplyAdds: number;
  /** Numbers that all layers give for one example. */
  readonly activations: number;
}

export interface TrainingCost {
  /** Bytes at the peak of a step, with those of the process. */
  readonly memory: number;
  /** For all examples. */
  readonly multiplyAdds: number;
}

export function costOf(network: Network): NetworkCost {
  return { parameters: parameterCount(network), ...costOfLayers(network.layers) };
}

/**
 * `examples`: over all epochs; `validation`: rows after each. `slots`: numbers that the optimizer keeps for each weight. Measured peaks lie between a half of the memory told here and
 * twice as much.
 */
export function trainingCost(
  network: Network,
  of: {
    readonly batchSize: number;
    readonly examples: number;
    readonly validation: number;
    readonly slots: number;
  },
): TrainingCost {
  const all = costOf(network);
  const learning = costOfLayers(learningLayers(network));
  const weights = all.parameters + trainableCount(network) * (1 + of.slots);
  const kept = Math.max(
    of.batchSize * learning.activations * keptPerActivation,
    Math.min(of.validation, validationBatch(network, of.batchSize)) * all.activations,
  );
  return {
    memory: processMemory + bytesPerNumber * (weights + kept),
    multiplyAdds: of.examples * (all.multiplyAdds + backward * learning.multiplyAdds),
  };
}

/** Rows at once when validating: as many as are fast, but no more than memory may hold, as all layers' outputs stay until the last. */
export function validationBatch({ layers }: Network, batchSize: number): number {
  const room = Math.floor(validationMemory / (bytesPerNumber * costOfLayers(layers).activations));
  return Math.min(mostValidated, Math.max(batchSize, room));
}

const mostValidated = 256;
const validationMemory = 1e9;
const bytesPerNumber = 4;
/** To a layer's input and to its weights: two products of the forward one's size. */
const backward = 2;
/**
 * Measured: peaks of the notebook's network with batches of 4, 64 and 256 grow by 2.8 times its layers' outputs on native,
 * by 4 times on wasm, above 530 MB on native and 120 MB on wasm.
 */
const keptPerActivation = 3;
const processMemory = 4e8;

/** Those that gradients go through: all from the first on that learns. */
function learningLayers({ layers }: Network): LayerNode[] {
  const reached: boolean[] = [];
  return layers.filter((layer, i) => {
    reached[i] = learns(layer) || layer.from.some((from) => reached[from] === true);
    return reached[i];
  });
}

const learns = (layer: LayerNode): boolean => layer.weights.some(({ trainable }) => trainable);

function trainableCount({ layers }: Network): number {
  const weights = layers.flatMap((layer) => layer.weights).filter(({ trainable }) => trainable);
  return weights.reduce((sum, { shape }) => sum + product(shape), 0);
}

function costOfLayers(layers: readonly LayerNode[]): Omit<NetworkCost, 'parameters'> {
  const sum = (of: (layer: LayerNode) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  return { multiplyAdds: sum(multiplyAddsOf), activations: sum(({ output }) => product(output)) };
}

/** A kernel is applied once at each place of the output, whose last axis are the places' channels. */
function multiplyAddsOf({ kind, weights, output }: LayerNode): number {
  const kernel = product(weights[0]?.shape ?? [0]);
  const places = product(output.slice(0, -1));
  return kind === 'conv2d' || kind === 'depthwiseConv2d' || kind === 'dense' ? kernel * places : 0;
}
