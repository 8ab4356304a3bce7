import { writeModel } from '../../nn/format.ts';
import { layersOf, makeNetwork, parameterCount, product } from '../../nn/graph.ts';
import { initialWeights } from '../../nn/initialize.ts';
import type { RunStage } from '../context.ts';
import { paramsOf } from '../params.ts';

export const run: RunStage = async (context) => {
  const params = paramsOf('build', context.params);
  const network = makeNetwork(params.input, layersOf(params));
  writeModel(context.outDir('model'), { network, weights: initialWeights(network, context.seed) });
  const parameters = parameterCount(network);
  const layers = network.layers.map((layer) => ({
    name: layer.name,
    output: layer.output,
    parameters: layer.weights.reduce((sum, { shape }) => sum + product(shape), 0),
  }));
  return {
    summary: `${network.layers.length} layers, ${parameters.toLocaleString('en-US')} parameters`,
    values: { parameters },
    facts: { input: params.input, layers, parameters },
  };
};
