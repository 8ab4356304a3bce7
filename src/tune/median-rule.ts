/**
 * The median stopping rule (Golovin, Solnik, Moitra, Kochanski, Karro, Sculley: "Google Vizier: a service for black-box
 * optimization", KDD 2017, 3.2.2): a trial ends when its best value so far is worse than the median of the others' averages.
 */

import { meanOf } from './trials.ts';

export interface MedianRule {
  /** So many trials must have ended before one is pruned. */
  readonly startup: number;
  /** The first epoch after which it is asked. */
  readonly warmup: number;
  /** Epochs from one time to the next. */
  readonly every: number;
}

/** Scores by epoch, less is better: of this trial, and of those that went through to their end. */
export function isPruned(
  rule: MedianRule,
  scores: readonly number[],
  others: readonly (readonly number[])[],
): boolean {
  const epochs = scores.length;
  const averages = others.map((other) => meanOf(other.slice(0, epochs)).mean);
  return averages.length >= rule.startup && Math.min(...scores) > median(averages);
}

/** The epochs after which the rule is asked, and the last. */
export function stopsOf(rule: MedianRule | null, epochs: number): number[] {
  const stops: number[] = [];
  for (let at = rule?.warmup ?? epochs; rule && at < epochs; at += rule.every) stops.push(at);
  return [...stops, epochs];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
