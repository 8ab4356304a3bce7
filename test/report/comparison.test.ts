/** A report over the cells of a matrix: settings are compared over their seeds, not cell by cell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evaluation, Input } from '../../src/report/inputs.ts';
import { makePage } from '../../src/report/page.ts';

const accuracies: { readonly [rate: string]: readonly number[] } = {
  '0.001': [0.7, 0.72, 0.71],
  '0.01': [0.8, 0.815, 0.82],
};

const evaluations = Object.entries(accuracies).flatMap(([rate, values]) =>
  values.map(
    (accuracy, i): Evaluation => ({
      stage: `evaluate[rate=${rate},seed=${i + 1}]`,
      metrics: {
        split: 'test',
        rows: 1000,
        loss: 1,
        accuracy,
        classes: ['a', 'b'],
        confusion: [
          [1, 0],
          [0, 1],
        ],
        perClass: [],
      },
      predictions: null,
    }),
  ),
);
const nothing = {
  graph: [],
  trainings: [],
  samples: [],
  augmentations: [],
  mistakes: [],
  facts: [],
  trials: [],
};
const input: Input = { ...nothing, evaluations };

test('cells that differ by their seed alone are one setting, with its mean, interval, test and verdict', () => {
  const { html, files } = makePage('cells', input, ['comparison'], '');
  assert.match(html, /<td>evaluate\[rate=0\.001\]<\/td><td class="n">3<\/td><td class="n">71\.00%<\/td>/);
  assert.match(
    html,
    /evaluate\[rate=0\.01\] is 10\.17 points above evaluate\[rate=0\.001\] \(95% interval .* to .*\)\. By the paired t-test over 3 and 3 seeds that is more than chance explains \(p = 0\.\d+\)/,
  );
  assert.match(html, /<td>better<\/td>/);
  const [, first] = files['plots/accuracies.csv']?.split('\n') ?? [];
  assert.match(first ?? '', /^evaluate\[rate=0\.001\],71,68\.5/);
});

test('the summary tells settings first, and of many stages each on request', () => {
  const { html } = makePage('cells', input, ['summary'], '');
  assert.match(html, /<b>71\.00%<\/b><span>evaluate\[rate=0\.001\]: accuracy, the mean of 3 seeds, /);
  assert.doesNotMatch(html, /<details>/);
  const more = makePage('more', { ...input, evaluations: [...evaluations, ...evaluations] }, ['summary'], '');
  assert.match(more.html, /<details><summary>What the facts say of each of 12 stages<\/summary>/);
});
