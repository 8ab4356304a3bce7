/** Initial weights, drawn by the counter-based generator: a layer's draws depend on its place alone. */
import { randomStream } from '../data/random.ts';
import { type Network, product, type WeightSpec } from './graph.ts';

/** One float32 array a weight, in the order of the layers. */
export function initialWeights(network: Network, seed: number): Float32Array[] {
  return network.layers.flatMap((layer, position) =>
    layer.weights.map((weight, index) => draw(weight, seed, position, index)),
  );
}

/** glorotUniform: ±sqrt(6 / (fan in + fan out)) (Glorot, Bengio 2010). */
function draw({ shape, init }: WeightSpec, seed: number, position: number, index: number): Float32Array {
  const values = new Float32Array(product(shape));
  if (init === 'ones') return values.fill(1);
  if (init === 'zeros') return values;
  const field = product(shape.slice(0, -2));
  const [fanIn = 1, fanOut = 1] = shape.slice(-2).map((side) => side * field);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const random = randomStream(seed, 'build', 'glorotUniform').at(index, position);
  return values.map(() => random.uniform(-limit, limit));
}
