/** A search as plots: the best so far, every trial as a line, and a slice a dimension. */
import { axis, grid, isLogarithmic, legend, lineSeries, rounded, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { type Plot, slug } from '../plot.ts';
import type { Search, SearchedTrial } from './tuning.ts';

export function history({ stage, metric, trials, ranked }: Search): Plot {
  const ranks = ranksOf(ranked);
  let best: SearchedTrial | null = null;
  const soFar = trials.map((one) => {
    if (one.objective !== null && (best === null || rankOf(ranks, one) < rankOf(ranks, best))) best = one;
    return best?.objective ?? null;
  });
  const x = trials.map((one) => one.trial);
  const points = trials.flatMap((one) =>
    one.objective === null ? [] : [[one.trial, rounded(one.objective)]],
  );
  return {
    id: `${slug(stage)}-history`,
    title: `Search history of ${stage}`,
    height: 298,
    option: {
      tooltip: tooltip('axis'),
      legend,
      grid,
      xAxis: axis('trial', {
        minInterval: 1,
        min: 'dataMin',
        max: 'dataMax',
        splitLine: { show: false },
        nameGap: 24,
      }),
      yAxis: axis('', { scale: true }),
      series: [
        {
          name: metric,
          type: 'scatter',
          data: points,
          symbolSize: 7,
          color: 'var(--c1)',
          itemStyle: { color: 'var(--c1)' },
          emphasis: { disabled: true },
        },
        {
          ...lineSeries({ name: 'best so far', values: soFar, color: 1 }, x),
          step: 'end',
          showSymbol: false,
        },
      ],
    },
    columns: ['trial', metric, 'best so far'],
    rows: trials.map((one, i): Cell[] => [one.trial, one.objective, soFar[i] ?? null]),
  };
}

type Ranks = ReadonlyMap<number, number>;

/** By trial. One that was trained longer goes before one with a better objective, as in the search itself. */
const ranksOf = (ranked: readonly SearchedTrial[]): Ranks =>
  new Map(ranked.map(({ trial }, rank) => [trial, rank]));
const rankOf = (ranks: Ranks, { trial }: SearchedTrial): number => ranks.get(trial) ?? ranks.size;

export function parallel({ stage, metric, dimensions, trials, ranked, best }: Search): Plot[] {
  const worked = trials.filter((one) => one.objective !== null);
  if (worked.length < 2 || dimensions.length < 2) return [];
  const ranks = ranksOf(ranked.filter((one) => one.objective !== null));
  const values = worked.map((one) => [...one.values, one.objective === null ? null : rounded(one.objective)]);
  const columns = [...dimensions, metric].map((_, dim) => values.map((row) => row[dim] ?? null));
  const axes = [...dimensions, metric].map((name, dim) => parallelAxis(name, dim, columns[dim] ?? []));
  return [
    {
      id: `${slug(stage)}-parallel`,
      title: `Trials of ${stage} as lines: the stronger, the better`,
      wide: true,
      height: 340,
      option: {
        parallelAxis: axes,
        parallel: { left: 60, right: 70, top: 44, bottom: 26 },
        series: [
          {
            type: 'parallel',
            emphasis: { disabled: true },
            data: worked.map((one, i) => {
              const part = 1 - rankOf(ranks, one) / worked.length;
              return {
                value: (values[i] ?? []).map((cell, dim) => place(cell, columns[dim] ?? [])),
                lineStyle: {
                  color: one.trial === best ? 'var(--c2)' : 'var(--c1)',
                  width: 1 + 1.6 * part,
                  opacity: 0.15 + 0.85 * part ** 1.5,
                },
              };
            }),
          },
        ],
      },
      columns: ['trial', ...dimensions, metric],
      rows: worked.map((one): Cell[] => [one.trial, ...one.values, one.objective]),
    },
  ];
}

/** What is not a number, or a dash where a trial has none, has a place by its text: ECharts would take a number for an index. */
const inCategories = (values: readonly Cell[]): boolean =>
  values.some((value) => value !== null && typeof value !== 'number');

/** An axis of numbers passes over what is missing. */
const place = (cell: Cell, values: readonly Cell[]): Cell =>
  inCategories(values) ? String(cell ?? '–') : (cell ?? '-');

function parallelAxis(name: string, dim: number, values: readonly Cell[]): object {
  const style = {
    nameTextStyle: { color: 'var(--ink)', fontSize: 12 },
    axisLabel: { color: 'var(--soft)', fontSize: 11 },
    axisLine: { lineStyle: { color: 'var(--soft)' } },
    axisTick: { show: false },
  };
  if (inCategories(values))
    return {
      dim,
      name,
      type: 'category',
      data: [...new Set(values.map((value) => String(value ?? '–')))],
      ...style,
    };
  const numbers = values.filter((value) => typeof value === 'number');
  return { dim, name, scale: true, ...(isLogarithmic(numbers) ? { type: 'log' } : {}), ...style };
}

export function slices({ stage, metric, dimensions, trials }: Search): Plot[] {
  return dimensions.map((name, dim) => {
    const rows = trials.flatMap((one): Cell[][] => {
      const value = one.values[dim] ?? null;
      return one.objective === null || value === null ? [] : [[value, one.objective]];
    });
    const column = rows.map(([value]) => value ?? null);
    const numbers = column.filter((value) => typeof value === 'number');
    const type = inCategories(column)
      ? { type: 'category' }
      : isLogarithmic(numbers)
        ? { type: 'log' }
        : { scale: true };
    return {
      id: `${slug(stage)}-slice-${slug(name)}`,
      title: `${metric} by ${name}`,
      height: 250,
      option: {
        tooltip: tooltip('item'),
        grid: { ...grid, bottom: 46 },
        xAxis: axis(name, { ...type, splitLine: { show: false }, nameGap: 24 }),
        yAxis: axis('', { scale: true }),
        series: [
          {
            name: metric,
            type: 'scatter',
            data: rows.map(([value, objective]) => [
              place(value ?? null, column),
              typeof objective === 'number' ? rounded(objective) : null,
            ]),
            symbolSize: 8,
            color: 'var(--c1)',
            itemStyle: { color: 'var(--c1)', opacity: 0.75 },
            emphasis: { disabled: true },
          },
        ],
      },
      columns: [name, metric],
      rows,
    };
  });
}
