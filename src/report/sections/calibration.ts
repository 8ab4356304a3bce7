import { axis, grid, legend, lineSeries, tooltip } from '../axes.ts';
import { calibrate } from '../calibration.ts';
import type { Cell } from '../csv.ts';
import { escapeHtml } from '../html.ts';
import type { Input } from '../inputs.ts';
import type { Section } from '../section.ts';

/** More lines are told apart by nobody; the CSV file has all. */
const mostDrawn = 24;

/** How often a prediction is right, by how sure the model was of it. */
export function calibration({ evaluations }: Input): Section | null {
  const made = evaluations.flatMap(({ stage, predictions }) =>
    predictions ? [{ stage, ...calibrate(predictions) }] : [],
  );
  if (made.length === 0) return null;
  const series = made.slice(0, mostDrawn).map(({ stage, bins }, i) => {
    const filled = bins.filter((bin) => bin.count > 0);
    const values = filled.map((bin) => (bin.accuracy ?? 0) * 100);
    return lineSeries(
      { name: stage, values, color: i },
      filled.map((bin) => Number(((bin.confidence ?? 0) * 100).toFixed(2))),
    );
  });
  const perfect = lineSeries(
    { name: 'as sure as right', values: [0, 100], color: 7, dashed: true },
    [0, 100],
  );
  return {
    title: 'Calibration',
    before: `<p>How often a prediction is right, by how sure the model was. Below the diagonal it is too sure. ${made.map(({ stage, error }) => `Expected calibration error of ${escapeHtml(stage)}: ${(error * 100).toFixed(2)} points.`).join(' ')}</p>`,
    plots: [
      {
        id: 'calibration',
        title: 'Accuracy by confidence, %',
        height: 318,
        option: {
          tooltip: tooltip('axis'),
          legend,
          grid,
          xAxis: axis('confidence', { min: 0, max: 100, splitLine: { show: false }, nameGap: 24 }),
          yAxis: axis('accuracy', { min: 0, max: 100, nameGap: 34 }),
          series: [...series, { ...perfect, showSymbol: false, tooltip: { show: false } }],
        },
        columns: ['stage', 'from', 'to', 'predictions', 'confidence', 'accuracy'],
        rows: made.flatMap(({ stage, bins }) =>
          bins.map((bin): Cell[] => [
            stage,
            bin.from,
            bin.to,
            bin.count,
            fixed(bin.confidence),
            fixed(bin.accuracy),
          ]),
        ),
      },
    ],
  };
}

const fixed = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(4)));
