/** Prints the cases for values.py. */
import { inSequence, makeNetwork } from '../graph.ts';
import { toKeras } from '../layers/registry.ts';
import { cases } from './cases.ts';

const printed = cases.map(({ says, input, layers }) => ({
  says,
  input,
  layers: makeNetwork(input, inSequence(layers)).layers.map((layer) => {
    const { className, config } = toKeras(layer);
    return [className, config];
  }),
}));
process.stdout.write(JSON.stringify(printed));
