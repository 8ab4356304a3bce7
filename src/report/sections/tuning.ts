/** A search's trials: its history, parallel coordinates, a slice a dimension, and the table. */

import { isMap } from '../../experiments/json.ts';
import type { Json, JsonObject } from '../../stages/kind.ts';
import { axis, grid, legend, lineSeries, rounded, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { escapeHtml, htmlTable } from '../html.ts';
import type { Input, Trials } from '../inputs.ts';
import { type Plot, slug } from '../plot.ts';
import type { Section } from '../section.ts';

export function tuning({ trials }: Input): Section | null {
  const searches = trials.map(readSearch).filter((search) => search.trials.length > 0);
  if (searches.length === 0) return null;
  return {
    title: 'Tuning',
    before: searches.map((search) => `<p>${escapeHtml(told(search))}</p>`).join(''),
    plots: searches.flatMap((search) => [history(search), ...parallel(search), ...slices(search)]),
    after: searches.map(table).join('\n'),
  };
}

interface Search {
  readonly stage: string;
  readonly metric: string;
  readonly maximize: boolean;
  readonly dimensions: readonly string[];
  readonly best: number | null;
  readonly trials: readonly {
    readonly trial: number;
    readonly objective: number | null;
    readonly values: readonly Cell[];
  }[];
}

function readSearch({ stage, objective, best, trials }: Trials): Search {
  const [direction, metric] = Object.entries(objective)[0] ?? ['maximize', 'objective'];
  const point = (row: Trials['trials'][number]): JsonObject => (isMap(row.point) ? row.point : {});
  const dimensions = [...new Set(trials.flatMap((row) => Object.keys(point(row))))];
  return {
    stage,
    metric: String(metric),
    maximize: direction === 'maximize',
    dimensions,
    best,
    trials: trials.map((row) => ({
      trial: Number(row.trial),
      objective: typeof row.objective === 'number' ? row.objective : null,
      values: dimensions.map((name) => cellOf(point(row)[name])),
    })),
  };
}

const cellOf = (value: Json | undefined): Cell =>
  value === undefined ? null : typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

function told({ stage, metric, maximize, best, trials, dimensions }: Search): string {
  const winner = trials.find((one) => one.trial === best);
  const failed = trials.filter((one) => one.objective === null).length;
  const values = dimensions.map((name, i) => `${name} ${winner?.values[i]}`).join(', ');
  const failures = failed > 0 ? `, ${failed} of them without a result` : '';
  return `${stage} tried ${trials.length} points${failures}, for the ${maximize ? 'highest' : 'lowest'} ${metric}. Trial ${best} won with ${winner?.objective === null || !winner ? 'no value' : rounded(winner.objective)}: ${values}.`;
}

function history({ stage, metric, maximize, trials }: Search): Plot {
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
    height: 320,
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

function parallel({ stage, metric, dimensions, trials, maximize }: Search): Plot[] {
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
      rows: worked.map((one, i): Cell[] => [one.trial, ...(values[i] ?? [])]),
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

/** Spread over more than a factor of 20, only a logarithmic axis shows the small ones. */
const isLogarithmic = (values: readonly number[]): boolean =>
  values.length > 0 && Math.min(...values) > 0 && Math.max(...values) > 20 * Math.min(...values);

function slices({ stage, metric, dimensions, trials }: Search): Plot[] {
  return dimensions.map((name, dim) => {
    const rows = trials.flatMap((one): Cell[][] => {
      const value = one.values[dim] ?? null;
      return one.objective === null || value === null ? [] : [[value, rounded(one.objective)]];
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
              objective,
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

const shownTrials = 20;

function table({ stage, metric, maximize, dimensions, trials }: Search): string {
  const sorted = trials
    .filter((one) => one.objective !== null)
    .sort((a, b) => (maximize ? 1 : -1) * ((b.objective ?? 0) - (a.objective ?? 0)) || a.trial - b.trial)
    .slice(0, shownTrials);
  const rows = sorted.map((one) => [
    String(one.trial),
    ...one.values.map((value) => (typeof value === 'number' ? String(rounded(value)) : String(value ?? '–'))),
    String(rounded(one.objective ?? 0)),
  ]);
  return `<h3>The best trials of ${escapeHtml(stage)}</h3>${htmlTable(['trial', ...dimensions, metric], rows, { label: `Best trials of ${stage}` })}`;
}
