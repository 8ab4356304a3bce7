/** An oracle says what to try next and knows nothing of training; what it says never depends on how many work for it. */
import type { Point } from './space.ts';

/** Train this point to so many epochs in all; a trial that is asked for again goes on where it was. */
export interface Ask {
  /** From 1. */
  readonly trial: number;
  readonly point: Point;
  readonly epochs: number;
}

export interface Answer {
  readonly trial: number;
  /** Less is better; null where it failed. */
  readonly score: number | null;
  /** The epochs after which it was judged: fewer than asked for where it was pruned. */
  readonly epochs: number;
}

export interface Oracle {
  /** How many trials there will be at most; null where it isn't known. */
  readonly trials: number | null;
  /** And how many epochs, trials going on where they were. */
  readonly epochs: number;
  /** `wait`: only after more answers. All asks are the same whatever the order in which answers come. */
  next(): Ask | 'wait' | 'done';
  tell(answer: Answer): void;
}
