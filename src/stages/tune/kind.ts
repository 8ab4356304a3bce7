import { type Dimension, readSpace } from '../../tune/space.ts';
import { named, versioned } from '../components.ts';
import type { JsonObject, Kind } from '../kind.ts';
import { checkTune } from './check.ts';
import { type Kinds, outerPorts } from './references.ts';

/** A search knows the other kinds: what its trial takes from outside, the search itself waits for. */
export function tuneKind(kinds: Kinds): Kind {
  return {
    name: 'tune',
    inputs: (params) => [
      { param: 'data', accepts: ['dataset'], optional: true },
      ...outerPorts(params.trial, kinds),
    ],
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
    components: (params) => [...versioned('tune/trials'), named(`tune/${searchOf(params)}`)],
    check: (input) => ({ diagnostics: checkTune(input), forms: {} }),
  };
}

function searchOf({ search }: JsonObject): string {
  return Object.keys(search ?? {})[0] ?? '';
}

function typeOf(dimension: Dimension): 'number' | 'string' {
  return dimension.type === 'choice' && dimension.values.some((value) => typeof value === 'string')
    ? 'string'
    : 'number';
}
