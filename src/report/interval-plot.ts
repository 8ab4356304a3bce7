/** Values with their intervals, one below the other. */
import type { Interval } from '../experiments/statistics.ts';
import { axis, rounded, tooltip } from './axes.ts';
import type { Cell } from './csv.ts';
import type { Plot } from './plot.ts';
import { beside } from './wrap.ts';

export interface Estimate {
  readonly label: string;
  readonly value: number;
  /** Null where it is unknown: the value is drawn alone. */
  readonly interval: Interval | null;
}

export const inPercent = ({ low, high }: Interval): Interval => ({ low: low * 100, high: high * 100 });

/** `unit` names the axis; `zero` marks where nothing differs. */
export function intervalPlot(
  { id, title, unit, zero = false }: { id: string; title: string; unit: string; zero?: boolean },
  estimates: readonly Estimate[],
): Plot {
  const { labels, left, row } = beside(
    estimates.map(({ label }) => label),
    330,
  );
  const drawn = (label: string, { low, high }: Interval): object => ({
    type: 'line',
    data: [
      [rounded(low), label],
      [rounded(high), label],
    ],
    color: 'var(--c1)',
    lineStyle: { color: 'var(--c1)', width: 2 },
    itemStyle: { color: 'var(--c1)' },
    symbol: 'rect',
    symbolSize: [2, 12],
    silent: true,
    tooltip: { show: false },
  });
  const line = { type: 'line', silent: true, symbolSize: 0, tooltip: { show: false } };
  return {
    id,
    title,
    wide: true,
    height: 62 + row * estimates.length,
    option: {
      tooltip: tooltip('item'),
      grid: { left, right: 30, top: 8, bottom: 46 },
      xAxis: axis(unit, { scale: true, nameGap: 24 }),
      yAxis: axis('', { type: 'category', data: labels, inverse: true, splitLine: { show: false } }),
      series: [
        ...(zero
          ? [
              {
                ...line,
                data: labels.map((label) => [0, label]),
                lineStyle: { color: 'var(--soft)', width: 1, type: [4, 4] },
              },
            ]
          : []),
        ...estimates.flatMap(({ interval }, i) => (interval ? [drawn(labels[i] ?? '', interval)] : [])),
        {
          type: 'scatter',
          data: estimates.map(({ value }, i) => [rounded(value), labels[i] ?? '']),
          symbolSize: 9,
          color: 'var(--c1)',
          itemStyle: { color: 'var(--c1)' },
          emphasis: { disabled: true },
        },
      ],
    },
    columns: ['', unit, 'from', 'to'],
    rows: estimates.map(({ label, value, interval }): Cell[] => [
      label,
      value,
      interval?.low ?? null,
      interval?.high ?? null,
    ]),
  };
}
