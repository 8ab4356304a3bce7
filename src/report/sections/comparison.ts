import {
  type Comparison,
  compareSides,
  pText,
  type Side,
  sayComparisons,
  sidesOf,
} from '../../experiments/compare.ts';
import { examplesOf, tops } from '../../experiments/predictions.ts';
import { type Interval, mean, studentInterval, wilson } from '../../experiments/statistics.ts';
import { count, escapeHtml, htmlTable, percent, points } from '../html.ts';
import type { Evaluation, Input } from '../inputs.ts';
import type { Section } from '../section.ts';

/** Several evaluations: each setting's accuracy, and each against the first with the test that fits. */
export function comparison({ evaluations }: Input): Section | null {
  if (evaluations.length < 2) return null;
  const sides = sidesOf(evaluations.map(scored));
  const comparisons = compareSides(sides);
  const sentences = sayComparisons(comparisons).map((sentence) => `<p>${escapeHtml(sentence)}</p>`);
  return {
    title: 'Comparison',
    before: [accuracies(sides, evaluations), tests(comparisons), ...sentences].join('\n'),
  };
}

function scored({ stage, metrics, predictions }: Evaluation): Parameters<typeof sidesOf>[0][number] {
  const right = predictions ? tops(predictions).map((one) => one.right) : [];
  return {
    name: stage,
    score: {
      accuracy: metrics.accuracy,
      predictions: predictions ? { examples: examplesOf(predictions), right } : null,
    },
  };
}

function accuracies(sides: readonly Side[], evaluations: readonly Evaluation[]): string {
  const rows = sides.map(({ label, scores }) => {
    const values = scores.map((one) => one.accuracy);
    const images = evaluations[0]?.metrics.rows ?? 1;
    const interval = values.length > 1 ? studentInterval(values) : wilson(values[0] ?? 0, images);
    return [
      label,
      String(values.length),
      percent(mean(values)),
      between(interval),
      values.length > 1 ? 'over seeds (t)' : 'over images (Wilson)',
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
