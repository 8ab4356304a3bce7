import { readSpace, type Space } from '../../tune/random-search.ts';
import type { CheckInput, Kind } from '../kind.ts';

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
  components: () => [{ name: 'tune/random', version: 1 }],
  check: (input) => ({
    diagnostics: [...readSpace(input.params.space)].flatMap(([name, dimension]) =>
      badRange(name, dimension, input),
    ),
    forms: {},
  }),
};

type Dimension = Space extends ReadonlyMap<string, infer D> ? D : never;

function typeOf(dimension: Dimension): 'number' | 'string' {
  return dimension.type === 'choice' && dimension.values.some((value) => typeof value === 'string')
    ? 'string'
    : 'number';
}

function badRange(name: string, dimension: Dimension, { at }: CheckInput): ReturnType<CheckInput['at']>[] {
  if (dimension.type === 'choice') return [];
  const { low, high, log } = dimension;
  if (low > high)
    return [
      at(`space.${name}`, {
        code: 'invalid-range',
        message: `\`${name}\` runs from ${low} to ${high}: the first must be the smaller`,
      }),
    ];
  if (log && low <= 0)
    return [
      at(`space.${name}`, {
        code: 'invalid-range',
        message: `\`${name}\` is logarithmic from ${low}: that needs numbers above 0`,
      }),
    ];
  return [];
}
