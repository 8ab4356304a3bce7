/** The oracle that a tune stage's `search` names. */
import type { Stages } from '../generated/types.ts';
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
  if (search.grid) return gridSearch(space, { ...search.grid, epochs });
  if (search.random) return randomSearch(space, { ...search.random, ...common });
  if (search.tpe) return tpe(space, { ...search.tpe, ...common, parallel });
  if (search.halving) return halving(space, { ...search.halving, ...common });
  if (search.hyperband)
    return hyperband(space, { ...search.hyperband, brackets: search.hyperband.brackets ?? null, ...common });
  throw new Error('a search has a schema');
}
