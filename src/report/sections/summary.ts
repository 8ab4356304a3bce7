import { compareSides, sayComparisons } from '../../experiments/compare.ts';
import { mean } from '../../experiments/statistics.ts';
import { findings } from '../findings.ts';
import { count, escapeHtml, percent } from '../html.ts';
import type { Evaluation, Input } from '../inputs.ts';
import type { Section } from '../section.ts';
import { intervalOf, settingsOf } from './comparison.ts';

/** The result at a glance, then what the facts say. */
export function summary(input: Input): Section {
  const sentences = findings(input).map(
    ({ stage, text }) => `<p><b>${escapeHtml(stage)}</b> ${escapeHtml(text)}</p>`,
  );
  if (sentences.length === 0) sentences.push(nothing);
  const many = input.trainings.length + input.evaluations.length > mostTold;
  return { title: 'Summary', before: tiles(input), after: many ? folded(input, sentences) : sentences };
}

const nothing = '<p>The stages of this report neither trained nor evaluated anything.</p>';

/** More would be a page that nobody reads: the comparison comes first, and each stage on request. */
const mostTold = 8;

function folded({ evaluations }: Input, sentences: readonly string[]): string[] {
  const compared = evaluations.length > 1 ? sayComparisons(compareSides(settingsOf(evaluations))) : [];
  return [
    ...compared.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
    `<details><summary>What the facts say of each of ${count(sentences.length)} stages</summary>${sentences.join('\n')}</details>`,
  ];
}

const mostTiles = 6;

function tiles({ evaluations, trainings, facts }: Input): string {
  const shown = [
    ...accuracies(evaluations),
    ...(evaluations.length > 1
      ? []
      : evaluations.map(({ metrics }): [string, string] => [
          metrics.loss.toFixed(4),
          `${metrics.split} loss`,
        ])),
    ...(trainings.length > 1
      ? []
      : trainings.map(({ epochs, keptEpoch }): [string, string] => [
          String(epochs.length),
          `${epochs.length === 1 ? 'epoch' : 'epochs'}, the weights of epoch ${keptEpoch} kept`,
        ])),
    ...parameters(facts),
  ].slice(0, mostTiles);
  const made = shown.map(
    ([value, label]) =>
      `<div class="tile"><b>${escapeHtml(value)}</b><span>${escapeHtml(label)}</span></div>`,
  );
  return made.length === 0 ? '' : `<div class="tiles">${made.join('')}</div>`;
}

/** Of each model that was built. */
function parameters(all: Input['facts']): [string, string][] {
  const counted = all.flatMap(({ stage, facts }) =>
    typeof facts.parameters === 'number' ? [{ stage, parameters: facts.parameters }] : [],
  );
  return counted.map(({ stage, parameters }) => [
    count(parameters),
    counted.length > 1 ? `${stage}: parameters` : 'parameters',
  ]);
}

/** Of each setting: over its seeds where it has several. */
function accuracies(evaluations: readonly Evaluation[]): [string, string][] {
  return settingsOf(evaluations).map((side) => {
    const interval = intervalOf(side);
    const seeds = side.scores.length;
    const what =
      evaluations.length > 1 ? `${side.label}: accuracy` : `${evaluations[0]?.metrics.split} accuracy`;
    const same = interval ? '' : ', which all give the same';
    const over = seeds > 1 ? `, the mean of ${seeds} seeds${same}` : '';
    const within = interval ? `, ${percent(interval.low, 1)} to ${percent(interval.high, 1)}` : '';
    return [percent(mean(side.scores.map((one) => one.accuracy))), `${what}${over}${within}`];
  });
}
