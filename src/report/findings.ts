/** What the facts say, as sentences: each with the rule or the numbers that it rests on, and nothing beyond them. */

import { wilson } from '../experiments/statistics.ts';
import type { EpochMetrics } from '../nn/callbacks.ts';
import { isMap } from '../stages/json.ts';
import { calibrate } from './calibration.ts';
import { count, percent, short } from './html.ts';
import type { Evaluation, Facts, Input, Training } from './inputs.ts';

export interface Finding {
  readonly stage: string;
  readonly text: string;
}

/** A paragraph a stage that has something to tell: the result first. */
export function findings(input: Input): Finding[] {
  return [
    ...input.evaluations.map((one) => ({ stage: one.stage, text: evaluationSentences(one).join(' ') })),
    ...input.trainings.map((one) => ({ stage: one.stage, text: trainingSentences(one, input).join(' ') })),
    ...input.facts.map((one) => ({ stage: one.stage, text: dataSentence(one).join(' ') })),
  ].filter(({ text }) => text !== '');
}

function dataSentence({ facts }: Facts): string[] {
  if (!isMap(facts.rows) || !Array.isArray(facts.classes)) return [];
  const rows = Object.entries(facts.rows).map(([split, rows]) => `${count(Number(rows))} ${split}`);
  const twice = isMap(facts.duplicates) ? Number(facts.duplicates.across) : 0;
  const leak = twice > 0 ? ` ${count(twice)} of them occur in more than one split.` : '';
  return [`Images of ${facts.classes.length} classes: ${rows.join(', ')}.${leak}`];
}

function evaluationSentences({ metrics, predictions }: Evaluation): string[] {
  const { low, high } = wilson(metrics.accuracy, metrics.rows);
  const most = Math.max(...metrics.perClass.map((one) => one.support)) / Math.max(1, metrics.rows);
  return [
    `${percent(metrics.accuracy)} of ${count(metrics.rows)} ${metrics.split} images are classified right (95% interval ${percent(low)} to ${percent(high)}, Wilson); the loss is ${metrics.loss.toFixed(4)}. Always naming the most frequent class would be right for ${percent(most, 1)}${low <= most ? ': nothing shows that the model does better' : ''}.`,
    ...classSentence(metrics),
    ...(predictions ? [calibrationSentence(predictions)] : []),
  ];
}

function classSentence({ perClass, confusion, classes }: Evaluation['metrics']): string[] {
  // Where there is nothing to find, F1 tells nothing.
  const sorted = perClass.filter(({ support }) => support > 0).sort((a, b) => b.f1 - a.f1);
  const [best, worst] = [sorted[0], sorted.at(-1)];
  const mistakes = confusion.flatMap((row, i) =>
    row.flatMap((times, j) => (i === j || times === 0 ? [] : [{ from: classes[i], to: classes[j], times }])),
  );
  const often = mistakes.sort((a, b) => b.times - a.times)[0];
  if (!best || !worst || best === worst) return [];
  const confused = often
    ? ` The most frequent mistake: ${often.from} taken for ${often.to}, ${often.times} times.`
    : '';
  return [
    `Of the classes ${best.class} has the highest F1 (${best.f1.toFixed(3)}), ${worst.class} the lowest (${worst.f1.toFixed(3)}).${confused}`,
  ];
}

function calibrationSentence(predictions: NonNullable<Evaluation['predictions']>): string {
  const { confidence, accuracy, error } = calibrate(predictions);
  const difference = confidence - accuracy;
  const how =
    Math.abs(difference) < 0.01
      ? 'about as sure as it is right'
      : difference > 0
        ? 'surer than it is right'
        : 'less sure than it is right';
  return `The model is ${how}: its mean confidence is ${percent(confidence, 1)} at ${percent(accuracy, 1)} accuracy (expected calibration error ${(error * 100).toFixed(1)} points).`;
}

function trainingSentences(training: Training, { graph }: Input): string[] {
  const { epochs, keptEpoch } = training;
  const kept = epochs[keptEpoch - 1];
  if (!kept) return [];
  const validation = kept.valAccuracy === null ? '' : `, validation accuracy ${percent(kept.valAccuracy, 1)}`;
  const augmented = kept.valAccuracy !== null && madeFrom(training.stage, graph).has('augment');
  const note = augmented
    ? ' Training accuracy is taken on augmented images while the weights still change, so it reads low.'
    : '';
  return [
    `The weights of epoch ${keptEpoch} of ${epochs.length} were kept: training accuracy ${percent(kept.accuracy, 1)}${validation}.${note}`,
    fitSentence(epochs),
    ...rateSentences(epochs),
    endSentence(training),
  ];
}

/** The kinds of everything that a stage is made from. */
function madeFrom(stage: string, graph: Input['graph']): ReadonlySet<string> {
  const names = new Set([stage]);
  for (const node of [...graph].reverse())
    if (names.has(node.name)) for (const name of node.from) names.add(name);
  return new Set(graph.filter((node) => names.has(node.name)).map((node) => node.kind));
}

/** How much the validation loss has to rise over its lowest to be called overfitting, and the training loss to fall in an epoch to be called unfinished. */
const rise = 0.05;
const fall = 0.015;
const mostLast = 3;

/** Over- and underfitting, by two rules that the sentence names. */
export function fitSentence(epochs: readonly EpochMetrics[]): string {
  const last = epochs.at(-1);
  const validated = epochs.flatMap((epoch) =>
    epoch.valLoss === null ? [] : [{ ...epoch, valLoss: epoch.valLoss }],
  );
  const lowest = validated.reduce<(typeof validated)[number] | null>(
    (low, epoch) => (low && low.valLoss <= epoch.valLoss ? low : epoch),
    null,
  );
  if (!last || !lowest || last.valLoss === null)
    return `Without validation rows nothing can be said of over- or underfitting.`;
  if (epochs.length === 1) return 'One epoch says nothing of over- or underfitting.';
  const up = last.valLoss / lowest.valLoss - 1;
  if (up > rise && last.loss < lowest.loss)
    return `It overfits after epoch ${lowest.epoch}: until epoch ${last.epoch} the validation loss rose from ${short(lowest.valLoss)} to ${short(last.valLoss)} (+${percent(up, 0)}) while the training loss fell from ${short(lowest.loss)} to ${short(last.loss)}. The rule: more than ${percent(rise, 0)} above its lowest, with the training loss falling.`;
  const over = Math.min(mostLast, epochs.length - 1);
  const down = fallAnEpoch(epochs, over);
  if (down > fall && last.epoch - lowest.epoch < 2)
    return `It was still learning when it ended, so it is underfitted: over the last ${over + 1} epochs the training loss fell by ${percent(down, 1)} an epoch, and the validation loss was lowest in epoch ${lowest.epoch} of ${last.epoch}. The rule: a fall of more than ${percent(fall, 1)} an epoch, with the lowest validation loss in one of the last two.`;
  return `It shows neither overfitting (validation loss more than ${percent(rise, 0)} above its lowest while the training loss falls) nor underfitting (training loss still falling by more than ${percent(fall, 1)} an epoch, with the lowest validation loss in one of the last two).`;
}

/** The mean part by which the training loss fell in each of the last `over` steps from epoch to epoch. */
function fallAnEpoch(epochs: readonly EpochMetrics[], over: number): number {
  const [before, last] = [epochs.at(-1 - over), epochs.at(-1)];
  return before && last && over > 0 ? 1 - (last.loss / before.loss) ** (1 / over) : 0;
}

/** Cuts at single epochs are told one by one, a schedule's steady course as one. */
function rateSentences(epochs: readonly EpochMetrics[]): string[] {
  const changes = epochs.flatMap((epoch, i) => {
    const before = epochs[i - 1];
    return before && before.learningRate !== epoch.learningRate
      ? [{ epoch: epoch.epoch, from: before.learningRate, to: epoch.learningRate }]
      : [];
  });
  const [first, last] = [changes[0], changes.at(-1)];
  if (!first || !last)
    return epochs.length > 1 ? [`The learning rate stayed at ${short(epochs[0]?.learningRate ?? 0)}.`] : [];
  if (changes.length > 3)
    return [
      `The learning rate went from ${short(first.from)} to ${short(last.to)} between epochs ${first.epoch - 1} and ${last.epoch}, in ${changes.length} steps.`,
    ];
  const told = changes.map(
    ({ epoch, from, to }) => `from ${short(from)} to ${short(to)} after epoch ${epoch - 1}`,
  );
  return [`The learning rate was changed ${told.join(', ')}.`];
}

function endSentence({ epochs, stopped }: Training): string {
  if (stopped) return `It stopped after epoch ${stopped.epoch}: ${stopped.reason}.`;
  return epochs.length === 1 ? 'It ran its only epoch.' : `It ran all its ${epochs.length} epochs.`;
}
