import { type Dimension, readSpace } from '../../tune/space.ts';
import type { Kind } from '../kind.ts';
import { checkTune } from './check.ts';

export const tune: Kind = {
  name: 'tune',
  inputs: () => [{ param: 'data', accepts: ['dataset'] }],
  outputs: () => ({
    bestModel: { type: 'model', description: 'the model of the best trial, untrained' },
    bestTrained: { type: 'trained', description: 'the model of the best trial, as trained there' },
    trials: { type: 'trials', description: 'every trial' },
  }),
  values: (params) => ({
    ...Object.fromEntries(
      [...readSpace(params.space)].map(([name, dimension]) => [`best.${name}`, typeOf(dimension)]),
    ),
    'best.objective': 'number' as const,
  }),
  usesEngine: false,
  draws: () => true,
  components: () => [{ name: 'tune/random', version: 2 }],
  check: (input) => ({ diagnostics: checkTune(input), forms: {} }),
};

function typeOf(dimension: Dimension): 'number' | 'string' {
  return dimension.type === 'choice' && dimension.values.some((value) => typeof value === 'string')
    ? 'string'
    : 'number';
}
