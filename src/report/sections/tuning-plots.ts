/** A search as plots: the best so far, every trial as a line, and a slice a dimension. */
import { axis, grid, isLogarithmic, legend, lineSeries, rounded, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { type Plot, slug } from '../plot.ts';
import type { Search } from './tuning.ts';

export function history({ stage, metric, maximize, trials }: Search): Plot {
  let best: number | null = null;
  const soFar = trials.map(({ objective }) => {
    if (objective !== null && (best === null || (maximize ? objective > best : objective < best)))
      best = objective;
    return best;
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

export function parallel({ stage, metric, dimensions, trials, maximize }: Search): Plot[] {
  const worked = trials.filter((one) => one.objective !== null);
  if (worked.length < 2 || dimensions.length < 2) return [];
  const values = worked.map((one) => [...one.values, one.objective === null ? null : rounded(one.objective)]);
  const objectives = worked.map((one) => one.objective ?? 0);
  const [low, high] = [Math.min(...objectives), Math.max(...objectives)];
  const axes = [...dimensions, metric].map((name, dim) =>
    parallelAxis(
      name,
      dim,
      values.map((row) => row[dim] ?? null),
    ),
  );
  const good = (objective: number): number =>
    high === low ? 1 : maximize ? (objective - low) / (high - low) : (high - objective) / (high - low);
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
            smooth: 0.15,
            emphasis: { disabled: true },
            data: values.map((value, i) => {
              const part = good(objectives[i] ?? 0);
              return {
                value: value.map((cell) => cell ?? '–'),
                lineStyle: {
                  color: part > 0.999 ? 'var(--c2)' : 'var(--c1)',
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

function parallelAxis(name: string, dim: number, values: readonly Cell[]): object {
  const style = {
    nameTextStyle: { color: 'var(--ink)', fontSize: 12 },
    axisLabel: { color: 'var(--soft)', fontSize: 11 },
    axisLine: { lineStyle: { color: 'var(--soft)' } },
    axisTick: { show: false },
  };
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length)
    return {
      dim,
      name,
      type: 'category',
      data: [...new Set(values.map((value) => String(value ?? '–')))],
      ...style,
    };
  return { dim, name, scale: true, ...(isLogarithmic(numbers) ? { type: 'log' } : {}), ...style };
}

export function slices({ stage, metric, dimensions, trials }: Search): Plot[] {
  return dimensions.map((name, dim) => {
    const rows = trials.flatMap((one): Cell[][] => {
      const value = one.values[dim] ?? null;
      return one.objective === null || value === null ? [] : [[value, one.objective]];
    });
    const numbers = rows.map(([value]) => value).filter((value) => typeof value === 'number');
    const type =
      numbers.length < rows.length
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
              typeof value === 'number' ? value : String(value),
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
