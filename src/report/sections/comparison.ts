import {
  type Comparison,
  compareSides,
  pText,
  type Side,
  sayComparisons,
  sidesOf,
} from '../../experiments/compare.ts';
import { examplesOf, tops } from '../../experiments/predictions.ts';
import { cutTo, type Interval, mean, studentInterval, wilson } from '../../experiments/statistics.ts';
import { count, escapeHtml, htmlTable, percent, points } from '../html.ts';
import type { Evaluation, Input } from '../inputs.ts';
import { inPercent, intervalPlot } from '../interval-plot.ts';
import type { Plot } from '../plot.ts';
import type { Section } from '../section.ts';

/** Several evaluations: each setting's accuracy, and each against the first with the test that fits. */
export function comparison({ evaluations }: Input): Section | null {
  if (evaluations.length < 2) return null;
  const sides = settingsOf(evaluations);
  const comparisons = compareSides(sides);
  const sentences = sayComparisons(comparisons).map((sentence) => `<p>${escapeHtml(sentence)}</p>`);
  return {
    title: 'Comparison',
    plots: [accuracyPlot(sides)],
    after: [accuracies(sides), tests(comparisons), ...sentences],
  };
}

/** Cells that differ by their seed alone are one setting. */
export const settingsOf = (evaluations: readonly Evaluation[]): Side[] => sidesOf(evaluations.map(scored));

function scored({ stage, metrics, predictions }: Evaluation): Parameters<typeof sidesOf>[0][number] {
  const right = predictions ? tops(predictions).map((one) => one.right) : [];
  return {
    name: stage,
    score: {
      accuracy: metrics.accuracy,
      rows: metrics.rows,
      predictions: predictions ? { examples: examplesOf(predictions, metrics.examples), right } : null,
    },
  };
}

/** Over seeds where there are several, else over images; null where the seeds all give the same. */
export function intervalOf({ scores }: Side): Interval | null {
  const [first, ...others] = scores;
  if (others.length === 0) return first?.rows ? wilson(first.accuracy, first.rows) : null;
  const interval = studentInterval(scores.map((one) => one.accuracy));
  return interval && cutTo(interval, 0, 1);
}

const mostPlotted = 40;

function accuracyPlot(sides: readonly Side[]): Plot {
  const estimates = sides.slice(0, mostPlotted).map((side) => {
    const interval = intervalOf(side);
    const value = mean(side.scores.map((one) => one.accuracy));
    return {
      label: side.label,
      value: value * 100,
      interval: interval && inPercent(interval),
    };
  });
  const which = sides.length > mostPlotted ? `, the first ${mostPlotted} settings` : '';
  return intervalPlot(
    { id: 'accuracies', title: `Accuracy with its 95% interval${which}`, unit: 'accuracy, %' },
    estimates,
  );
}

function accuracies(sides: readonly Side[]): string {
  const rows = sides.map((side) => {
    const values = side.scores.map((one) => one.accuracy);
    const interval = intervalOf(side);
    const overSeeds = interval ? 'over seeds (t)' : 'unknown: all seeds give the same';
    return [
      side.label,
      String(values.length),
      percent(mean(values)),
      interval ? between(interval) : '–',
      values.length > 1 ? overSeeds : 'over images (Wilson)',
    ];
  });
  return htmlTable(['setting', 'seeds', 'accuracy', '95% interval', 'which is'], rows, {
    label: 'Accuracy of each setting',
    numbers: [1, 2],
  });
}

const between = ({ low, high }: Interval): string => `${percent(low)} to ${percent(high)}`;

function tests(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((one) => [
    `${one.second} against ${one.first}`,
    points(one.difference),
    one.interval ? `${points(one.interval.low)} to ${points(one.interval.high)}` : '–',
    one.changed ? `${count(one.changed[0])} / ${count(one.changed[1])}` : '–',
    one.p === null ? '–' : pText(one.p).replace('p = ', ''),
    one.corrected === null ? '–' : pText(one.corrected).replace('p = ', ''),
    one.verdict,
  ]);
  return htmlTable(
    ['', 'difference', '95% interval', 'became wrong / right', 'p', 'p (Holm)', 'verdict'],
    rows,
    { label: 'Tests of the differences', numbers: [1, 4, 5] },
  );
}
