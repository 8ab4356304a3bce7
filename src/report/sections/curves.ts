import { axis, grid, type Line, legend, lineSeries, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { escapeHtml } from '../html.ts';
import type { Input, Training } from '../inputs.ts';
import type { Plot } from '../plot.ts';
import type { Section } from '../section.ts';

/** Loss and accuracy side by side, every training in both; then the learning rate. */
export function curves({ trainings }: Input): Section | null {
  if (trainings.length === 0) return null;
  const plots = [
    metricPlot('loss', 'Loss', trainings, 'loss', 'valLoss', (value) => value),
    metricPlot('accuracy', 'Accuracy, %', trainings, 'accuracy', 'valAccuracy', (value) => value * 100),
    ratePlot(trainings),
  ];
  const validated = trainings.some(({ epochs }) => epochs.some((epoch) => epoch.valLoss !== null));
  const lines = validated
    ? 'Solid lines are validation, dashed ones training; a ring marks the epoch whose weights were kept.'
    : 'A ring marks the epoch whose weights were kept.';
  return { title: 'Curves', before: `<p>${escapeHtml(lines)}</p>`, plots };
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
  return epochPlot(id, title, trainings, lines, {});
}

function ratePlot(trainings: readonly Training[]): Plot {
  const lines = trainings.map((training, i) => ({
    name: training.stage,
    values: training.epochs.map((epoch) => epoch.learningRate),
    color: i,
  }));
  const rates = lines.flatMap((line) => line.values);
  const logarithmic = Math.max(...rates) > 20 * Math.min(...rates) && Math.min(...rates) > 0;
  return epochPlot('learning-rate', 'Learning rate', trainings, lines, logarithmic ? { type: 'log' } : {});
}

function epochPlot(
  id: string,
  title: string,
  trainings: readonly Training[],
  lines: readonly Line[],
  y: { readonly [key: string]: unknown },
): Plot {
  const longest = Math.max(...trainings.map(({ epochs }) => epochs.length));
  const epochs = Array.from({ length: longest }, (_, i) => i + 1);
  const legendRows = lines.length > 4 ? Math.ceil(lines.length / 3) : 1;
  return {
    id,
    title,
    height: 290 + 22 * legendRows,
    option: {
      tooltip: tooltip('axis'),
      legend,
      grid: { ...grid, bottom: 46 + 22 * legendRows },
      xAxis: axis('epoch', {
        min: 1,
        max: Math.max(2, longest),
        minInterval: 1,
        splitLine: { show: false },
        nameGap: 24,
      }),
      yAxis: axis('', { scale: true, ...y }),
      series: lines.map((line) => lineSeries(line, epochs)),
    },
    columns: ['epoch', ...lines.map((line) => line.name)],
    rows: epochs.map((epoch, i): Cell[] => [epoch, ...lines.map((line) => line.values[i] ?? null)]),
  };
}
