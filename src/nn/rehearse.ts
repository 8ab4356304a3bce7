/** An operation that an engine lacks, found before anything long begins. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Tf } from './engine.ts';
import { forward, type Pass } from './forward.ts';
import { type LayerNode, type Network, networkInput, product } from './graph.ts';

/** Runs every layer alone on one row, forward and, for a training, back. Failure: `operation-missing`, naming the layer. */
export function rehearse(tf: Tf, network: Network, training: boolean): void {
  for (const [i, layer] of network.layers.entries()) {
    try {
      tf.tidy(() => play(tf, alone(layer, i === network.layers.length - 1), training));
    } catch (error) {
      const [, operation] = /[Kk]ernel '(\w+)'.* for backend/.exec(String(error)) ?? [];
      // Anything else will show where it matters.
      if (operation !== undefined) throw missing(layer, operation, tf.getBackend());
    }
  }
}

const dropout = (): { key: number[]; counter: number[] } => ({ key: [0, 0], counter: [0, 0, 0, 0] });

function play(tf: Tf, network: Network, training: boolean): void {
  const pass: Pass = { precision: 'float32', training: training ? { dropout, moved: new Map() } : null };
  const specs = network.layers.flatMap((layer) => layer.weights);
  const variables = [{ shape: network.input.length === 0 ? [1] : [1, ...network.input] }, ...specs].map(
    ({ shape }) => tf.variable(tf.ones([...shape])),
  );
  const [x, ...weights] = variables;
  if (!x) return;
  try {
    if (training)
      tf.variableGrads(() => tf.reshape(tf.sum(forward(tf, network, weights, x, pass)), []), variables);
    else forward(tf, network, weights, x, pass);
  } finally {
    tf.dispose([variables, ...(pass.training?.moved.values() ?? [])]);
  }
}

/** What is last gives its softmax to the loss, so what is not last must not be last here. */
function alone(layer: LayerNode, last: boolean): Network {
  const only: LayerNode = { ...layer, from: layer.from.map(() => networkInput) };
  const flat: LayerNode = {
    kind: 'flatten',
    config: {},
    name: 'end',
    called: undefined,
    from: [0],
    input: layer.output,
    output: [product(layer.output)],
    weights: [],
  };
  return { input: layer.input, layers: last ? [only] : [only, flat] };
}

function missing(layer: LayerNode, operation: string, backend: string): Failure {
  return new Failure(
    'operation-missing',
    `the layer \`${layer.name}\` (${layer.kind}) needs the operation ${operation}, which the ${backend} backend lacks`,
    { fix: 'compute on another engine: `pipe engine` lists them' },
  );
}
