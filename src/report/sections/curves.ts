import { axis, grid, isLogarithmic, type Line, legend, lineSeries, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { escapeHtml } from '../html.ts';
import type { Input, Training } from '../inputs.ts';
import type { Plot } from '../plot.ts';
import type { Section } from '../section.ts';

/** Loss and accuracy side by side, every training in both; then the learning rate. */
export function curves({ trainings }: Input): Section | null {
  if (trainings.length === 0) return null;
  const plots = curvePlots(trainings);
  const validated = trainings.some(({ epochs }) => epochs.some((epoch) => epoch.valLoss !== null));
  const lines = validated
    ? 'Solid lines are validation, dashed ones training; a ring marks the epoch whose weights were kept.'
    : 'A ring marks the epoch whose weights were kept.';
  return { title: 'Curves', before: `<p>${escapeHtml(lines + leftOut(trainings))}</p>`, plots };
}

/** Loss, accuracy and learning rate; ids begin with `prefix`. */
export function curvePlots(trainings: readonly Training[], prefix = ''): Plot[] {
  return [
    metricPlot(`${prefix}loss`, 'Loss', trainings, 'loss', 'valLoss', (value) => value),
    metricPlot(
      `${prefix}accuracy`,
      'Accuracy, %',
      trainings,
      'accuracy',
      'valAccuracy',
      (value) => value * 100,
    ),
    ratePlot(`${prefix}learning-rate`, trainings),
  ];
}

/** There are as many colours; with more trainings only what they reached is drawn. */
const mostWithBoth = 8;
/** More lines are told apart by nobody, with three kinds of points; the CSV files have all. */
const mostDrawn = 24;

function leftOut(trainings: readonly Training[]): string {
  if (trainings.length > mostDrawn)
    return ` Of ${trainings.length} trainings the first ${mostDrawn} are drawn, without their dashed lines; the numbers are of all.`;
  return trainings.length > mostWithBoth ? ' Of so many trainings the dashed lines are not drawn.' : '';
}

type Metric = 'loss' | 'accuracy' | 'valLoss' | 'valAccuracy';

function metricPlot(
  id: string,
  title: string,
  trainings: readonly Training[],
  own: Metric,
  validation: Metric,
  scale: (value: number) => number,
): Plot {
  const lines = trainings.flatMap((training, i): Line[] => {
    const of = (metric: Metric): (number | null)[] =>
      training.epochs.map((epoch) => (epoch[metric] === null ? null : scale(epoch[metric])));
    const alone = trainings.length === 1;
    const prefix = alone ? '' : `${training.stage} `;
    const hasValidation = training.epochs.some((epoch) => epoch[validation] !== null);
    const mark = training.keptEpoch - 1;
    return [
      ...(hasValidation ? [{ name: `${prefix}validation`, values: of(validation), color: i, mark }] : []),
      {
        name: `${prefix}training`,
        values: of(own),
        color: alone && hasValidation ? 1 : i,
        dashed: hasValidation,
        ...(hasValidation ? {} : { mark }),
      },
    ];
  });
  const many = trainings.length > mostWithBoth;
  const drawn = lines.filter(({ dashed = false }) => !many || !dashed).slice(0, many ? mostDrawn : undefined);
  return epochPlot(id, title, lines, drawn, {});
}

function ratePlot(id: string, trainings: readonly Training[]): Plot {
  const lines = trainings.map((training, i) => ({
    name: training.stage,
    values: training.epochs.map((epoch) => epoch.learningRate),
    color: i,
  }));
  const rates = lines.flatMap((line) => line.values);
  return epochPlot(
    id,
    'Learning rate',
    lines,
    lines.slice(0, mostDrawn),
    isLogarithmic(rates) ? { type: 'log' } : {},
  );
}

function epochPlot(
  id: string,
  title: string,
  lines: readonly Line[],
  drawn: readonly Line[],
  y: { readonly [key: string]: unknown },
): Plot {
  const longest = Math.max(...lines.map(({ values }) => values.length));
  const epochs = Array.from({ length: longest }, (_, i) => i + 1);
  return {
    id,
    title,
    height: 290,
    option: {
      tooltip: tooltip('axis'),
      legend,
      grid,
      xAxis: axis('epoch', {
        min: 1,
        max: Math.max(2, longest),
        minInterval: 1,
        splitLine: { show: false },
        nameGap: 24,
      }),
      yAxis: axis('', { scale: true, ...y }),
      series: drawn.map((line) => lineSeries(line, epochs)),
    },
    columns: ['epoch', ...lines.map((line) => line.name)],
    rows: epochs.map((epoch, i): Cell[] => [epoch, ...lines.map((line) => line.values[i] ?? null)]),
  };
}
