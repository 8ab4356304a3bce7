import { layersOf, makeNetwork, parameterCount, ShapeError } from '../../nn/graph.ts';
import type { CheckInput, CheckResult, Kind } from '../kind.ts';
import { paramsOf } from '../params.ts';

export const build: Kind = {
  name: 'build',
  inputs: () => [],
  outputs: () => ({
    model: {
      type: 'model',
      description: 'the network with its initial weights, a TensorFlow.js layers-model',
    },
  }),
  values: () => ({ parameters: 'number' }),
  usesEngine: false,
  draws: () => true,
  components: (params) =>
    [...new Set(layersOf(paramsOf('build', params)).map((layer) => layer.kind))]
      .sort()
      .map((kind) => ({ name: `layer/${kind}`, version: 1 })),
  check,
};

function check({ params, at }: CheckInput): CheckResult {
  const own = paramsOf('build', params);
  const layers = layersOf(own);
  try {
    const network = makeNetwork(own.input, layers);
    const last = network.layers.at(-1);
    const lastActivation =
      last?.kind === 'dense' || last?.kind === 'conv2d'
        ? last.config.activation
        : last?.kind === 'activation'
          ? last.config.function
          : null;
    return {
      diagnostics: [],
      forms: {
        model: {
          type: 'model',
          input: own.input,
          output: last?.output ?? own.input,
          lastActivation,
          parameters: parameterCount(network),
        },
      },
    };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const kind = layers[error.layer]?.kind ?? 'layer';
    return {
      diagnostics: [
        at(`layers.${error.layer}.${kind}`, {
          code: 'shape-mismatch',
          message: `layer ${error.layer + 1} (${kind}) ${error.message}`,
        }),
      ],
      forms: {},
    };
  }
}
