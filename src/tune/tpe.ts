/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kégl: "Algorithms for hyper-parameter optimization",
 * NeurIPS 2011): of points drawn from where good trials lie, the one where good are densest against bad is tried.
 * The estimators are joint over the dimensions, as in Falkner, Klein, Hutter: "BOHB", ICML 2018.
 */
import { type RandomStream, randomStream } from '../data/random.ts';
import type { Answer, Oracle } from './oracle.ts';
import { parzen } from './parzen.ts';
import { randomDraws } from './random-search.ts';
import { type Point, type Space, sizeOf } from './space.ts';

/** γ of the paper. */
const goodPart = 0.15;

export interface TpeOptions {
  readonly trials: number;
  /** So many are random search's own first points. */
  readonly startup: number;
  /** Draws from among which the best is taken. */
  readonly candidates: number;
  /** A trial learns from those that came at least so many before it: so many may run at the same time. */
  readonly parallel: number;
  readonly epochs: number;
  readonly seed: number;
}

/** In a finite space that is nearly used up, draws are given up for the rest of it. */
const enoughRepeats = 100_000;

export function tpe(space: Space, options: TpeOptions): Oracle {
  const trials = Math.min(options.trials, sizeOf(space, options.trials));
  const points: Point[] = [];
  const tried = new Set<string>();
  const answers = new Map<number, Answer>();
  const drawn = randomDraws(space, options.seed);
  const stream = randomStream(options.seed, 'tune', 'tpe');
  let known = 0;

  function next(): ReturnType<Oracle['next']> {
    const trial = points.length + 1;
    if (trial > trials) return answers.size < points.length ? 'wait' : 'done';
    const learnsFrom = Math.max(0, trial - options.parallel);
    while (known < learnsFrom && answers.has(known + 1)) known++;
    if (trial > options.startup && known < learnsFrom) return 'wait';
    const point = trial > options.startup ? suggested(trial, learnsFrom) : null;
    const chosen = point ?? fresh();
    if (!chosen) return 'done';
    points.push(chosen);
    tried.add(JSON.stringify(chosen));
    return { trial, point: chosen, epochs: options.epochs };
  }

  function suggested(trial: number, learnsFrom: number): Point | null {
    const judged = points.slice(0, learnsFrom).map((point, i) => ({ point, answer: answers.get(i + 1) }));
    return suggest(space, judged, tried, options, stream, trial);
  }

  function fresh(): Point | null {
    for (let i = 0; i < enoughRepeats; i++) {
      const point = drawn();
      if (!tried.has(JSON.stringify(point))) return point;
    }
    return null;
  }

  return {
    trials,
    epochs: trials * options.epochs,
    next,
    tell: (answer) => void answers.set(answer.trial, answer),
  };
}

interface Judged {
  readonly point: Point;
  readonly answer: Answer | undefined;
}

/** Null where every candidate has been tried. */
function suggest(
  space: Space,
  judged: readonly Judged[],
  tried: ReadonlySet<string>,
  options: TpeOptions,
  stream: RandomStream,
  trial: number,
): Point | null {
  const ranked = judged.toSorted(better).map(({ point }) => point);
  const good = ranked.slice(0, Math.ceil(goodPart * ranked.length));
  const bad = ranked.slice(good.length);
  const low = parzen(space, good);
  const high = parzen(space, bad);
  const random = stream.at(0, trial);
  let best: { point: Point; gain: number } | null = null;
  for (let i = 0; i < options.candidates; i++) {
    const point = low.sample(random);
    if (tried.has(JSON.stringify(point))) continue;
    const gain = low.logDensity(point) - high.logDensity(point);
    if (!best || gain > best.gain) best = { point, gain };
  }
  return best?.point ?? null;
}

/** What was trained longer was judged better; what failed is worst. */
function better(a: Judged, b: Judged): number {
  const [left, right] = [a.answer, b.answer];
  const failed = Number(left?.score == null) - Number(right?.score == null);
  if (failed !== 0 || left?.score == null || right?.score == null) return failed;
  return right.epochs - left.epochs || left.score - right.score;
}
