/** Against what Keras did: keras/callbacks.json, made by keras/callbacks.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { afterEpoch, freshState, scheduledRate } from '../../src/nn/callbacks.ts';
import type { JsonObject } from '../../src/stages/kind.ts';
import { trainParams } from './params.ts';

interface Case {
  readonly name: string;
  readonly callbacks: readonly JsonObject[];
  readonly metrics: { readonly [metric: string]: readonly number[] };
  readonly rate: number;
  readonly keras: { readonly rates: readonly number[]; readonly epochs: number; readonly keptEpoch: number };
}
const cases: Case[] = JSON.parse(readFileSync('test/nn/keras/callbacks.json', 'utf8'));

for (const { name, callbacks, metrics, rate, keras } of cases)
  test(`${name}: rates, last epoch and kept epoch are Keras' own`, () => {
    assert.deepEqual(trained(callbacks, metrics, rate), keras);
  });

/** What the train stage does, without weights. */
function trained(written: Case['callbacks'], metrics: Case['metrics'], initial: number): Case['keras'] {
  const { callbacks } = trainParams({ callbacks: written });
  const states = callbacks.map(freshState);
  const rates: number[] = [];
  let rate = Math.fround(initial);
  let best = 0;
  const most = Object.values(metrics)[0]?.length ?? 0;
  for (let epoch = 1; epoch <= most; epoch++) {
    const given = (metric: string): number => Math.fround(metrics[metric]?.[epoch - 1] ?? 0);
    rate = scheduledRate(callbacks, epoch, rate);
    rates.push(rate);
    const seen = {
      epoch,
      learningRate: rate,
      loss: given('loss'),
      accuracy: given('accuracy'),
      valLoss: given('valLoss'),
      valAccuracy: given('valAccuracy'),
    };
    const verdict = afterEpoch(callbacks, states, seen, rate);
    rate = verdict.learningRate;
    if (verdict.isBest) best = epoch;
    if (verdict.stop !== null) break;
  }
  return { rates, epochs: rates.length, keptEpoch: best === 0 ? rates.length : best };
}
