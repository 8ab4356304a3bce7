/**
 * Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar: "Hyperband: a novel bandit-based approach to
 * hyperparameter optimization", JMLR 2018, algorithm 1): brackets of successive halving, from many trials with few
 * epochs to few trials with all.
 */
import { bracket, powersIn, rungsOf } from './halving.ts';
import type { Oracle } from './oracle.ts';
import { randomPoints } from './random-search.ts';
import type { Space } from './space.ts';

export interface HyperbandOptions {
  readonly factor: number;
  readonly minEpochs: number;
  /** Only so many brackets, the most daring first; null for all. */
  readonly brackets: number | null;
  readonly epochs: number;
  readonly seed: number;
}

export function hyperband(space: Space, options: HyperbandOptions): Oracle {
  const sizes = bracketsOf(options);
  const points = randomPoints(
    space,
    sizes.reduce((sum, { trials }) => sum + trials, 0),
    options.seed,
  );
  let first = 1;
  const brackets = sizes.flatMap(({ trials, rungs }) => {
    const own = points.slice(first - 1, first - 1 + trials);
    // A small space may not have so many points: as often as they are divided, one has to be left for all epochs.
    const most = Math.min(own.length, options.factor ** (rungs.length - 1));
    if (own.length === 0) return [];
    const oracle = bracket(own, first, rungsOf(most, options), options.factor);
    first += own.length;
    return { first: first - own.length, end: first, oracle };
  });
  return {
    trials: points.length,
    epochs: brackets.reduce((sum, { oracle }) => sum + oracle.epochs, 0),
    next: () => {
      let waits = false;
      for (const { oracle } of brackets) {
        const next = oracle.next();
        if (typeof next === 'object') return next;
        waits ||= next === 'wait';
      }
      return waits ? 'wait' : 'done';
    },
    tell: (answer) =>
      brackets
        .find(({ first: from, end }) => answer.trial >= from && answer.trial < end)
        ?.oracle.tell(answer),
  };
}

/** Trials and rungs of each bracket: n = ⌈(s_max + 1) / (s + 1) · η^s⌉ at R · η^-s epochs, for s = s_max … 0. */
export function bracketsOf(
  options: Omit<HyperbandOptions, 'seed'>,
): { readonly trials: number; readonly rungs: readonly number[] }[] {
  const { factor, epochs, minEpochs } = options;
  const most = powersIn(epochs / minEpochs, factor);
  return Array.from({ length: Math.min(options.brackets ?? most + 1, most + 1) }, (_, i) => {
    const s = most - i;
    const trials = Math.ceil(((most + 1) / (s + 1)) * factor ** s - 1e-9);
    return { trials, rungs: rungsOf(factor ** s, options) };
  });
}
