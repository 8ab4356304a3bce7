import { type Dimension, readSpace } from '../../tune/space.ts';
import { named, versioned } from '../components.ts';
import type { Json, JsonObject, Kind } from '../kind.ts';
import { policyKeys } from '../policy-keys.ts';
import { checkTune } from './check.ts';
import { type Kinds, kindOf, outerPorts, stagesOf } from './references.ts';

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
    // Its trainings do: what they found is the search's own result.
    usesEngine: true,
    draws: () => true,
    components: (params) => [...versioned('tune/trials'), named(`tune/${searchOf(params)}`)],
    decisive: (chosen) => ({ ...chosen, trial: decisiveTrial(chosen.trial, kinds) }),
    check: (input) => ({ diagnostics: checkTune(input), forms: {} }),
  };
}

const uncounted = new Set<string>(['description', ...policyKeys]);

/** What never counts in a stage counts in none of a trial's either. */
function decisiveTrial(trial: Json | undefined, kinds: Kinds): JsonObject {
  return Object.fromEntries(
    stagesOf(trial).map(([name, stage]) => {
      const counted = Object.fromEntries(Object.entries(stage).filter(([key]) => !uncounted.has(key)));
      // What else is decisive may hang on values that only the space gives.
      const kind = kinds(kindOf(name, stage));
      const own = kind?.name === 'train' ? kind.decisive?.(counted) : undefined;
      // Where a module lies is no part of what it does.
      return [name, kind?.module === undefined ? (own ?? counted) : { ...counted, kind: kind.name }];
    }),
  );
}

function searchOf({ search }: JsonObject): string {
  return Object.keys(search ?? {})[0] ?? '';
}

function typeOf(dimension: Dimension): 'number' | 'string' {
  return dimension.type === 'choice' && dimension.values.some((value) => typeof value === 'string')
    ? 'string'
    : 'number';
}
