/** A report over the cells of a matrix: settings are compared over their seeds, not cell by cell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evaluation, Input } from '../../src/report/inputs.ts';
import { makePage } from '../../src/report/page.ts';

const accuracies: { readonly [rate: string]: readonly number[] } = {
  '0.001': [0.7, 0.72, 0.71],
  '0.01': [0.8, 0.815, 0.82],
};

const evaluation = (stage: string, accuracy: number, rows = 1000): Evaluation => ({
  stage,
  metrics: {
    split: 'test',
    rows,
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
});

const evaluations = Object.entries(accuracies).flatMap(([rate, values]) =>
  values.map((accuracy, i) => evaluation(`evaluate[rate=${rate},seed=${i + 1}]`, accuracy)),
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

test("each evaluation's interval is over its own images", () => {
  const own = [evaluation('val', 0.08, 200), evaluation('evaluate', 0.08, 80)];
  const { html, files } = makePage('two', { ...nothing, evaluations: own }, ['summary', 'comparison'], '');
  assert.match(html, /<span>val: accuracy, 5\.0% to 12\.6%<\/span>/);
  assert.match(html, /<span>evaluate: accuracy, 3\.8% to 16\.0%<\/span>/);
  const rows = files['plots/accuracies.csv']?.split('\n') ?? [];
  assert.match(rows[1] ?? '', /^val,8,4\.9/);
  assert.match(rows[2] ?? '', /^evaluate,8,3\.8/);
});

test('an accuracy over two seeds lies between 0 and 1, and has no interval where both give the same', () => {
  const own = [
    ...[evaluation('evaluate[rate=1,seed=1]', 0.1), evaluation('evaluate[rate=1,seed=2]', 0.125)],
    ...[evaluation('evaluate[rate=2,seed=1]', 0.1), evaluation('evaluate[rate=2,seed=2]', 0.1)],
  ];
  const { html, files } = makePage('two', { ...nothing, evaluations: own }, ['summary', 'comparison'], '');
  assert.match(html, /the mean of 2 seeds, 0\.0% to 27\.1%<\/span>/);
  assert.match(html, /the mean of 2 seeds, which all give the same<\/span>/);
  assert.match(html, /<td>–<\/td><td>unknown: all seeds give the same<\/td>/);
  assert.match(files['plots/accuracies.csv'] ?? '', /^evaluate\[rate=2\],10,,$/m);
});

test('single predictions are compared one by one only where they were of the same images', () => {
  const predictions = { probabilities: Float32Array.from([1, 0, 0, 1]), labels: [0, 1], rows: [7, 8] };
  const of = (stage: string, examples: string): Evaluation => {
    const { metrics } = evaluation(stage, 1, 2);
    return { stage, metrics: { ...metrics, examples }, predictions };
  };
  const page = (...own: readonly Evaluation[]): string =>
    makePage('p', { ...nothing, evaluations: own }, ['comparison'], '').html;
  const same = /b and a get the same examples right/;
  assert.match(page(of('a', 'these'), of('b', 'these')), same);
  assert.match(page(of('a', 'these'), of('b', 'those')), /no predictions on the same examples/);
  const untold = (stage: string): Evaluation => ({ ...evaluation(stage, 1, 2), predictions });
  assert.match(page(untold('a'), untold('b')), /no predictions on the same examples/);
});
