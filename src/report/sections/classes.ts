/** Confusion matrices, and precision, recall and F1 by class. */
import { axis, rounded, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { escapeHtml, htmlTable, percent } from '../html.ts';
import type { Evaluation, Input } from '../inputs.ts';
import { type Plot, slug } from '../plot.ts';
import type { Section } from '../section.ts';
import { seriesColor } from '../style.ts';

export function confusion({ evaluations }: Input): Section | null {
  if (evaluations.length === 0) return null;
  return {
    title: 'Confusion',
    before: '<p>Rows are true classes, columns predicted ones.</p>',
    plots: evaluations.map(matrix),
  };
}

function matrix({ stage, metrics: { classes, confusion } }: Evaluation): Plot {
  const longest = Math.max(...classes.map((name) => name.length));
  const margin = Math.min(150, 18 + longest * 7);
  /** Ten thousand cells would be a megabyte; most of them are empty. */
  const named = classes.length <= 20;
  const cells = confusion.flatMap((row, y) => {
    const total = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    // The root lets rare confusions be seen beside the diagonal.
    const made = row.map((count, x) => [
      classes[x] ?? x,
      classes[y] ?? y,
      count,
      rounded(Math.sqrt(count / total)),
    ]);
    return named ? made : made.filter(([, , count]) => count !== 0);
  });
  const labels = {
    type: 'category',
    data: [...classes],
    splitLine: { show: false },
    splitArea: { show: false },
  };
  return {
    id: `${slug(stage)}-confusion`,
    title: `Confusion matrix of ${stage}`,
    wide: !named,
    height: 120 + margin + classes.length * (named ? 30 : 12),
    option: {
      tooltip: tooltip('item'),
      grid: { left: margin + 22, right: 10, top: 8, bottom: margin + 28 },
      xAxis: axis('predicted', {
        ...labels,
        nameGap: margin,
        axisLabel: { color: 'var(--soft)', fontSize: 12, rotate: 45, ...(named ? { interval: 0 } : {}) },
      }),
      yAxis: axis('true', {
        ...labels,
        inverse: true,
        nameGap: margin,
        axisLabel: { color: 'var(--soft)', fontSize: 12, interval: 0 },
      }),
      visualMap: {
        min: 0,
        max: 1,
        dimension: 3,
        show: false,
        inRange: { color: ['rgba(60,130,240,0)', 'rgba(60,130,240,0.62)'] },
      },
      series: [
        {
          type: 'heatmap',
          dimensions: ['predicted', 'true', 'rows', 'shade'],
          encode: { x: 'predicted', y: 'true', value: 'rows', tooltip: ['true', 'predicted', 'rows'] },
          data: cells,
          label: { show: named, formatter: '{@[2]}', fontSize: 12, color: 'var(--ink)' },
          itemStyle: { borderColor: 'var(--line)', borderWidth: 1 },
          emphasis: { disabled: true },
        },
      ],
    },
    columns: ['true', ...classes],
    rows: confusion.map((row, i): Cell[] => [classes[i] ?? '', ...row]),
  };
}

export function perClass({ evaluations }: Input): Section | null {
  if (evaluations.length === 0) return null;
  const several = evaluations.length > 1;
  const tables = evaluations.map(
    (evaluation) => `${several ? `<h3>${escapeHtml(evaluation.stage)}</h3>` : ''}${scores(evaluation)}`,
  );
  return { title: 'Classes', after: tables, plots: several ? [f1Plot(evaluations)] : [] };
}

function scores({ stage, metrics }: Evaluation): string {
  const bar = (value: number): string =>
    `<span class="tight"><span class="bar" style="width:${(value * 4).toFixed(2)}em"></span>${value.toFixed(3)}</span>`;
  const rows = metrics.perClass.map((one) => [
    one.class,
    percent(one.precision),
    percent(one.recall),
    bar(one.f1),
    String(one.support),
  ]);
  return htmlTable(['class', 'precision', 'recall', 'F1', 'images'], rows, {
    label: `Classes of ${stage}`,
    numbers: [1, 2, 4],
    html: [3],
  });
}

function f1Plot(evaluations: readonly Evaluation[]): Plot {
  const classes = [...new Set(evaluations.flatMap(({ metrics }) => metrics.classes))];
  const values = evaluations.map(({ metrics: { perClass } }) => {
    const own = new Map(perClass.map((one) => [one.class, rounded(one.f1)]));
    return classes.map((name) => own.get(name) ?? null);
  });
  return {
    id: 'f1-by-class',
    title: 'F1 by class',
    wide: true,
    height: 338,
    option: {
      tooltip: tooltip('axis'),
      legend: { bottom: 0, textStyle: { color: 'var(--soft)' } },
      grid: { left: 50, right: 10, top: 14, bottom: 36 },
      xAxis: axis('', { type: 'category', data: [...classes], splitLine: { show: false } }),
      yAxis: axis('', { min: 0, max: 1 }),
      series: evaluations.map(({ stage }, i) => ({
        name: stage,
        type: 'bar',
        data: values[i],
        itemStyle: { color: seriesColor(i) },
        color: seriesColor(i),
        emphasis: { disabled: true },
      })),
    },
    columns: ['class', ...evaluations.map(({ stage }) => stage)],
    rows: classes.map((name, i): Cell[] => [name, ...values.map((own) => own[i] ?? null)]),
  };
}
