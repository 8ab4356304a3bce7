/** What the plots' ECharts options have in common. */
import { colors, seriesColor } from './style.ts';

const text = { color: 'var(--soft)', fontSize: 12 };
/** Of every text in a plot. */
export const font = { fontFamily: 'system-ui, sans-serif' };

export function axis(name: string, more: { readonly [key: string]: unknown } = {}): object {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: 30,
    nameTextStyle: text,
    axisLabel: { ...text, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: 'var(--line)' } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: 'var(--line)' } },
    ...more,
  };
}

export const tooltip = (trigger: 'axis' | 'item'): object => ({
  trigger,
  backgroundColor: 'var(--card)',
  borderColor: 'var(--line)',
  textStyle: { color: 'var(--ink)', fontSize: 13 },
  confine: true,
  axisPointer: { lineStyle: { color: 'var(--soft)' }, label: { show: false } },
});

export const legend = {
  bottom: 0,
  left: 'center',
  type: 'plain',
  itemHeight: 8,
  textStyle: text,
  inactiveColor: 'var(--line)',
};
/** Room for the axis below; that for the legend comes on top, as many rows as it takes. */
export const grid = { left: 58, right: 18, top: 32, bottom: 46 };

interface Option {
  readonly [key: string]: unknown;
}

/** What an option lacks to be drawn, at `width`: added for the still plot and for the live one. */
export function drawable(option: Option, width: number): { option: Option; extra: number } {
  return withLegendRoom(withPowers(option), width);
}

/** The labels of logarithmic axes: a function, which JSON can't hold. */
function withPowers(option: Option): Option {
  const powers = (axis: unknown): unknown =>
    Array.isArray(axis)
      ? axis.map(powers)
      : isOption(axis) && axis.type === 'log'
        ? { ...axis, axisLabel: { ...(isOption(axis.axisLabel) ? axis.axisLabel : {}), formatter: power } }
        : axis;
  const axes = ['xAxis', 'yAxis', 'parallelAxis'].filter((name) => name in option);
  return { ...option, ...Object.fromEntries(axes.map((name) => [name, powers(option[name])])) };
}

/** 0.001, but 1e-9 for 0.000000001. */
const power = (value: number): string =>
  value !== 0 && (value < 1e-3 || value >= 1e6) ? value.toExponential() : String(value);

/** ECharts gives a legend's rows no room: what they take at `width` is added below the plot. */
function withLegendRoom(option: Option, width: number): { option: Option; extra: number } {
  const names = legendNames(option);
  if (names.length === 0 || !isOption(option.grid)) return { option, extra: 0 };
  const extra = rowsOf(names, width - 16) * legendRow + 8;
  const bottom = typeof option.grid.bottom === 'number' ? option.grid.bottom : 0;
  return { option: { ...option, grid: { ...option.grid, bottom: bottom + extra } }, extra };
}

const legendRow = 15;

function legendNames({ legend, series }: Option): string[] {
  if (!isOption(legend)) return [];
  const named = Array.isArray(legend.data) ? legend.data : (Array.isArray(series) ? series : []).map(nameOf);
  return [...new Set(named.filter((name) => typeof name === 'string'))];
}

const nameOf = (series: unknown): unknown => (isOption(series) ? series.name : undefined);

function isOption(value: unknown): value is Option {
  return typeof value === 'object' && value !== null;
}

/** An item is a symbol of 25 pixels, a gap of 5, its text, and a gap of 10 after it. */
function rowsOf(names: readonly string[], width: number): number {
  let [rows, at] = [1, 0];
  for (const name of names) {
    const item = 40 + name.length * 6.8;
    if (at > 0 && at + item > width) [rows, at] = [rows + 1, 0];
    at += item;
  }
  return rows;
}

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Which of the colours. */
  readonly color: number;
  readonly dashed?: boolean;
  /** The index of a point that stands out. */
  readonly mark?: number;
}

export function lineSeries(
  { name, values, color, dashed = false, mark }: Line,
  x: readonly number[],
): object {
  const paint = seriesColor(color);
  return {
    name,
    type: 'line',
    data: values.map((value, i) => [x[i] ?? i + 1, value === null ? null : rounded(value)]),
    color: paint,
    lineStyle: { width: 2, color: paint, type: dashed ? [5, 4] : 'solid' },
    itemStyle: { color: paint, borderColor: paint },
    // Where colours come again, points differ.
    symbol: symbols[Math.floor(color / colors) % symbols.length],
    symbolSize: values.length > mostPoints && color < colors ? 0 : 5 + Math.floor(color / colors),
    showSymbol: values.length <= mostPoints || color >= colors,
    emphasis: { disabled: true },
    ...(mark === undefined || values[mark] == null
      ? {}
      : { markPoint: pointMark(x[mark] ?? mark + 1, values[mark] ?? 0, paint) }),
  };
}

const symbols = ['circle', 'triangle', 'rect'];
const mostPoints = 30;

const pointMark = (x: number, y: number, color: string): object => ({
  symbol: 'circle',
  symbolSize: 13,
  silent: true,
  label: { show: false },
  itemStyle: { color: 'transparent', borderColor: color, borderWidth: 2 },
  data: [{ coord: [x, rounded(y)] }],
});

/** What a person reads off a plot. */
export const rounded = (value: number): number => Number(value.toPrecision(5));

/** Spread over more than a factor of 20, only a logarithmic axis shows the small ones. */
export const isLogarithmic = (values: readonly number[]): boolean =>
  values.length > 0 && Math.min(...values) > 0 && Math.max(...values) > 20 * Math.min(...values);
