/** The curves of all trials of a search in one plot, the winner's above the others. */
import { axis, grid, legend, rounded, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { count } from '../html.ts';
import { type Plot, slug } from '../plot.ts';
import { seriesColor } from '../style.ts';
import type { Search, SearchedTrial } from './tuning.ts';

/** More lines are one grey surface; the best are shown, all are in the CSV. */
const mostLines = 100;
/** So few may have points, which answer to the pointer. */
const mostWithPoints = 40;

export function trialCurves(search: Search): Plot[] {
  const { stage, metric, best, ranked } = search;
  const known = ranked.filter(({ curves }) => curves.some((curve) => curve.length > 0));
  const longest = Math.max(0, ...known.flatMap(({ curves }) => curves.map((curve) => curve.length)));
  // After one epoch there is a point and no curve.
  if (longest < 2) return [];
  const drawn = known.slice(0, mostLines);
  const which =
    drawn.length < known.length
      ? `the best ${mostLines} of ${count(known.length)} trials`
      : `all ${count(known.length)} trials`;
  const points = drawn.length <= mostWithPoints;
  // What is drawn last lies above.
  const series = drawn.map((trial, rank) => line(trial, rank / drawn.length, trial.trial === best, points));
  return [
    {
      id: `${slug(stage)}-curves`,
      title: `${metric} of ${which} of ${stage} by epoch`,
      height: 298,
      option: {
        tooltip: tooltip('item'),
        legend: { ...legend, data: best === null ? [] : [nameOf(best, true)] },
        grid,
        xAxis: axis('epoch', {
          min: 1,
          max: longest,
          minInterval: 1,
          splitLine: { show: false },
          nameGap: 24,
        }),
        yAxis: axis('', { scale: true }),
        series: series.reverse(),
      },
      columns: ['trial', 'execution', 'epoch', metric],
      rows: known.flatMap(({ trial, curves }) =>
        curves.flatMap((curve, i) => curve.map((value, epoch): Cell[] => [trial, i + 1, epoch + 1, value])),
      ),
    },
  ];
}

const nameOf = (trial: number, won: boolean): string => `trial ${trial}${won ? ', the winner' : ''}`;

/** `rank` from 0, the best, to 1. */
function line({ trial, curves }: SearchedTrial, rank: number, won: boolean, points: boolean): object {
  const color = seriesColor(won ? 1 : 0);
  return {
    name: nameOf(trial, won),
    type: 'line',
    data: meanOf(curves).map((value, i) => [i + 1, value === null ? null : rounded(value)]),
    color,
    lineStyle: { color, width: won ? 2.5 : 1.2, opacity: won ? 1 : 0.8 - 0.6 * rank },
    itemStyle: { color, opacity: won ? 1 : 0.8 - 0.6 * rank },
    symbol: 'circle',
    symbolSize: points ? 4 : 0,
    showSymbol: points,
    emphasis: { disabled: true },
  };
}

/** Over executions, as long as all of them went on. */
function meanOf(curves: readonly (readonly (number | null)[])[]): (number | null)[] {
  const [first = []] = curves;
  const epochs = Math.min(...curves.map((curve) => curve.length));
  return first.slice(0, epochs).map((_, epoch) => {
    const values = curves.map((curve) => curve[epoch] ?? null);
    if (values.some((value) => value === null)) return null;
    return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  });
}
