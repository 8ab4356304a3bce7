/** The oracle that a tune stage's `search` names. */
import type { Stages } from '../generated/types.ts';
import { madeOf } from '../stages/json.ts';
import { gridSearch } from './grid-search.ts';
import { halving } from './halving.ts';
import { hyperband } from './hyperband.ts';
import type { Oracle } from './oracle.ts';
import { randomSearch } from './random-search.ts';
import type { readSpace } from './space.ts';
import { tpe } from './tpe.ts';

type Tune = Pick<Stages['tune'], 'search' | 'epochs' | 'parallel'>;

export function makeOracle(
  { search, epochs, parallel }: Tune,
  space: ReturnType<typeof readSpace>,
  seed: number,
): Oracle {
  const common = { epochs, seed };
  return madeOf<Tune['search'], Oracle>(
    {
      grid: (options) => gridSearch(space, { ...options, epochs }),
      random: (options) => randomSearch(space, { ...options, ...common }),
      tpe: (options) => tpe(space, { ...options, ...common, parallel }),
      halving: (options) => halving(space, { ...options, ...common }),
      hyperband: ({ brackets = null, ...options }) => hyperband(space, { ...options, brackets, ...common }),
    },
    search,
  );
}
