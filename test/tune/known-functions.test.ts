import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Oracle } from '../../src/tune/oracle.ts';
import { randomSearch } from '../../src/tune/random-search.ts';
import { tpe } from '../../src/tune/tpe.ts';
import { functions, type Known } from './functions.ts';

const trials = 60;
const seeds = Array.from({ length: 30 }, (_, seed) => seed);
/** Student's t for 29 degrees of freedom, one-sided at 5 %: any table. */
const critical = 1.699;

// Made by test/tune/peers/optuna-tpe.py.
const peer: { optuna: string; best: { [name in Known['name']]: readonly number[] } } = JSON.parse(
  readFileSync('test/tune/peers/optuna-tpe.values.json', 'utf8'),
);

function best(oracle: Oracle, known: Known): number {
  let least = Number.POSITIVE_INFINITY;
  for (let ask = oracle.next(); typeof ask === 'object'; ask = oracle.next()) {
    const score = known.at(ask.point);
    least = Math.min(least, score);
    oracle.tell({ trial: ask.trial, score, epochs: 1 });
  }
  return least;
}

const byTpe = (known: Known, parallel: number): number[] =>
  seeds.map((seed) =>
    best(tpe(known.space, { trials, startup: 10, candidates: 64, parallel, epochs: 1, seed }), known),
  );

/** Paired t of the logarithms of what is left to the least value: above 0 where `a` is worse. */
function pairedT(a: readonly number[], b: readonly number[], least: number): number {
  const left = (value: number | undefined): number => Math.log10((value ?? Number.NaN) - least + 1e-6);
  const differences = a.map((value, i) => left(value) - left(b[i]));
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean / Math.sqrt(squares / (differences.length - 1) / differences.length);
}

for (const known of functions) {
  const found = byTpe(known, 1);

  test(`TPE beats random search on ${known.name} at ${trials} trials`, () => {
    const random = seeds.map((seed) => best(randomSearch(known.space, { trials, epochs: 1, seed }), known));
    const t = pairedT(found, random, known.least);
    assert(t < -critical, `t is ${t}`);
  });

  test(`TPE is not worse than Optuna ${peer.optuna}’s on ${known.name}`, () => {
    const t = pairedT(found, peer.best[known.name], known.least);
    assert(t < critical, `t is ${t}`);
  });

  test(`TPE with two trials at a time, the default, is not worse than Optuna’s one after the other on ${known.name}`, () => {
    const t = pairedT(byTpe(known, 2), peer.best[known.name], known.least);
    assert(t < critical, `t is ${t}`);
  });
}
