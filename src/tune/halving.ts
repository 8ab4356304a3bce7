/**
 * Successive halving (Jamieson, Talwalkar: "Non-stochastic best arm identification and hyperparameter optimization",
 * AISTATS 2016): all start with few epochs; the best 1/factor of them go on with factor times as many.
 */
import type { Answer, Ask, Oracle } from './oracle.ts';
import { randomPoints } from './random-search.ts';
import type { Point, Space } from './space.ts';

export interface HalvingOptions {
  readonly trials: number;
  readonly factor: number;
  readonly minEpochs: number;
  readonly epochs: number;
  readonly seed: number;
}

export function halving(space: Space, options: HalvingOptions): Oracle {
  const points = randomPoints(space, options.trials, options.seed);
  const rungs = rungsOf(points.length, options);
  return bracket(points, 1, rungs, options.factor);
}

/** Epochs of each rung, the last with all: as many as the trials last for and the epochs can be divided into. */
export function rungsOf(
  trials: number,
  { factor, minEpochs, epochs }: Pick<HalvingOptions, 'factor' | 'minEpochs' | 'epochs'>,
): number[] {
  const halvings = Math.min(powersIn(trials, factor), powersIn(epochs / minEpochs, factor));
  return Array.from({ length: halvings + 1 }, (_, i) =>
    Math.max(minEpochs, Math.round(epochs * factor ** (i - halvings))),
  );
}

/** The largest s with factor^s ≤ value; no logarithm, whose rounding may miss it. */
export function powersIn(value: number, factor: number): number {
  let powers = 0;
  while (factor ** (powers + 1) <= value * (1 + 1e-9)) powers++;
  return powers;
}

/** One bracket: `points` are trials `first`, `first` + 1 …; a rung begins when the one before is judged whole. */
export function bracket(
  points: readonly Point[],
  first: number,
  rungs: readonly number[],
  factor: number,
): Oracle {
  let rung = 0;
  let asking = points.map((_, i) => first + i);
  let at = 0;
  let answers = new Map<number, Answer>();

  function nextRung(): void {
    const keep = Math.floor(points.length / factor ** ++rung);
    const judged = [...answers.values()].filter((answer) => answer.score !== null);
    asking = judged
      .sort(byScore)
      .slice(0, keep)
      .map(({ trial }) => trial);
    at = 0;
    answers = new Map();
  }

  const sizes = rungs.map((_, i) => Math.floor(points.length / factor ** i));
  return {
    trials: points.length,
    epochs: sizes.reduce((sum, size, i) => sum + size * ((rungs[i] ?? 0) - (rungs[i - 1] ?? 0)), 0),
    next: () => {
      if (at === asking.length && answers.size === asking.length && rung + 1 < rungs.length) nextRung();
      const trial = asking[at];
      const point = trial === undefined ? undefined : points[trial - first];
      if (trial !== undefined && point) {
        at++;
        return { trial, point, epochs: rungs[rung] ?? 1 } satisfies Ask;
      }
      return answers.size < asking.length ? 'wait' : 'done';
    },
    tell: (answer) => void answers.set(answer.trial, answer),
  };
}

/** Of equals the earlier trial. */
function byScore(a: Answer, b: Answer): number {
  return (a.score ?? 0) - (b.score ?? 0) || a.trial - b.trial;
}
