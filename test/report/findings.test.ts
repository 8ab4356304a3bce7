import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMetrics } from '../../src/nn/callbacks.ts';
import { calibrate } from '../../src/report/calibration.ts';
import { findings, fitSentence } from '../../src/report/findings.ts';
import type { Input } from '../../src/report/inputs.ts';
import { makePage } from '../../src/report/page.ts';

const epochsOf = (
  losses: readonly number[],
  valLosses: readonly (number | null)[],
  rates: readonly number[] = [],
): EpochMetrics[] =>
  losses.map((loss, i) => ({
    epoch: i + 1,
    learningRate: rates[i] ?? 0.001,
    loss,
    accuracy: 1 - loss / 3,
    valLoss: valLosses[i] ?? null,
    valAccuracy: valLosses[i] == null ? null : 1 - (valLosses[i] ?? 0) / 3,
  }));

test('overfitting is said where validation loss rises by more than 5% while training loss falls, with epochs and values', () => {
  const sentence = fitSentence(epochsOf([2, 1, 0.5, 0.25, 0.1], [2, 1.2, 1, 1.2, 1.5]));
  assert.match(
    sentence,
    /^It overfits after epoch 3: until epoch 5 the validation loss rose from 1 to 1\.5 \(\+50%\) while the training loss fell from 0\.5 to 0\.1/,
  );
});

test('a training that was still getting better is called unfinished; one that has settled is neither', () => {
  assert.match(
    fitSentence(epochsOf([2, 1.8, 1.6, 1.4, 1.2], [2, 1.8, 1.6, 1.4, 1.2])),
    /^It was still learning when it ended/,
  );
  assert.match(
    fitSentence(epochsOf([1, 0.5, 0.41, 0.405, 0.4], [1, 0.6, 0.5, 0.51, 0.5])),
    /^It shows neither/,
  );
});

test('a training of one epoch gets no verdict, and its epoch is one', () => {
  const input: Input = {
    ...{ graph: [], samples: [], augmentations: [], mistakes: [], facts: [], trials: [], evaluations: [] },
    trainings: [{ stage: 'train', epochs: epochsOf([2], [2]), keptEpoch: 1, stopped: null }],
  };
  const [told] = findings(input);
  assert.match(
    told?.text ?? '',
    /One epoch says nothing of over- or underfitting\. It ran its only epoch\.$/,
  );
  assert.match(makePage('one', input, ['summary'], '').html, /<b>1<\/b><span>epoch, the weights/);
});

test('a rise of the validation loss alone is no overfitting, and without validation rows nothing is said', () => {
  assert.doesNotMatch(fitSentence(epochsOf([1, 0.5, 0.6, 0.7], [1, 0.5, 0.7, 0.9])), /overfits/);
  assert.match(fitSentence(epochsOf([1, 0.5], [null, null])), /nothing can be said/);
});

test('the summary tells the result with its interval, each cut of the rate, and why the training stopped', () => {
  const rates = [0.001, 0.001, 0.0005, 0.0005, 0.00025];
  const input: Input = {
    graph: [],
    samples: [],
    augmentations: [],
    mistakes: [],
    facts: [],
    trials: [],
    trainings: [
      {
        stage: 'train',
        epochs: epochsOf([2, 1, 0.9, 0.89, 0.89], [2, 1, 0.9, 0.9, 0.91], rates),
        keptEpoch: 3,
        stopped: { epoch: 5, reason: 'valLoss has not improved for 2 epochs' },
      },
    ],
    evaluations: [
      {
        stage: 'evaluate',
        predictions: null,
        metrics: {
          split: 'test',
          rows: 10000,
          loss: 0.5332,
          accuracy: 0.8215,
          classes: ['cat', 'dog'],
          confusion: [
            [4200, 800],
            [985, 4015],
          ],
          perClass: [
            { class: 'cat', precision: 0.81, recall: 0.84, f1: 0.825, support: 5000 },
            { class: 'dog', precision: 0.83, recall: 0.8, f1: 0.818, support: 5000 },
          ],
        },
      },
    ],
  };
  const told = findings(input).map(({ stage, text }) => `${stage}: ${text}`);
  assert.match(
    told[0] ?? '',
    /^evaluate: 82\.15% of 10,000 test images are classified right \(95% interval 81\.39% to 82\.89%, Wilson\); the loss is 0\.5332\. Always naming the most frequent class would be right for 50\.0%/,
  );
  assert.match(told[0] ?? '', /The most frequent mistake: dog taken for cat, 985 times/);
  assert.match(
    told[1] ?? '',
    /changed from 0\.001 to 0\.0005 after epoch 2, from 0\.0005 to 0\.00025 after epoch 4/,
  );
  assert.match(told[1] ?? '', /It stopped after epoch 5: valLoss has not improved for 2 epochs\./);
});

test('a model that is as sure as it is right has no calibration error; one that is always sure has that of its mistakes', () => {
  const sure = {
    probabilities: Float32Array.from([1, 0, 1, 0, 1, 0, 1, 0]),
    labels: [0, 0, 0, 1],
    rows: [0, 1, 2, 3],
  };
  assert.equal(calibrate(sure).error, 0.25);
  const right = {
    ...sure,
    probabilities: Float32Array.from([0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25]),
  };
  assert.equal(calibrate(right).error, 0);
  assert.deepEqual(
    calibrate(right).bins.map((bin) => bin.count),
    [0, 0, 0, 0, 0, 0, 0, 4, 0, 0],
  );
});
