/** A diff as a page of the same kind as a report. */
import type { Diff } from '../experiments/diff/diff.ts';
import { type Part, partsOf } from '../experiments/diff/parts.ts';
import type { EvaluationDiff } from '../experiments/diff/predictions.ts';
import { axis, legend, rounded, tooltip } from './axes.ts';
import type { Cell } from './csv.ts';
import { escapeHtml, htmlTable } from './html.ts';
import type { Training } from './inputs.ts';
import { inPercent, intervalPlot } from './interval-plot.ts';
import { assemble, type Page } from './page.ts';
import { type Plot, slug } from './plot.ts';
import type { Section } from './section.ts';
import { curvePlots } from './sections/curves.ts';
import { seriesColor } from './style.ts';

/** `script` as `makePage` takes it; `pictures`: HTML by evaluation, below what it predicted otherwise. */
export function diffPage(
  title: string,
  diff: Diff,
  script: string,
  pictures: ReadonlyMap<string, string> = new Map(),
): Page {
  const parts = partsOf(diff);
  const sections = parts.map(
    (part): Section => ({
      title: part.title,
      plots: plotsOf(part, diff),
      after: [...partHtml(part), ...picturesOf(part, pictures)],
    }),
  );
  const nothing: Section = { title: '', before: '<p>Nothing differs.</p>' };
  return assemble(title, sections.length > 0 ? sections : [nothing], { script, plotsBeside: false });
}

function picturesOf({ topic }: Part, pictures: ReadonlyMap<string, string>): string[] {
  return [...pictures].flatMap(([stage, html]) => (topic === `predictions ${stage}` ? [html] : []));
}

/** A part's sentences and tables. */
export function partHtml({ title, sentences, tables }: Part): string[] {
  return [
    ...sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
    ...tables.map(({ head, rows }) => htmlTable(head, rows, { label: title })),
  ];
}

function plotsOf({ topic }: Part, diff: Diff): Plot[] {
  if (topic === 'curves') return curvesOf(diff);
  if (topic === 'real') return diff.evaluations.flatMap(differences);
  const evaluation = diff.evaluations.find(({ stage }) => topic === `f1 ${stage}`);
  return evaluation ? [f1Plot(evaluation, diff)] : [];
}

/** A stage's trainings of all subjects in one plot. */
function curvesOf({ curves, subjects }: Diff): Plot[] {
  return curves.flatMap(({ stage, trainings: found }) => {
    const trainings = found.flatMap((own, i) =>
      own.map(({ seed, epochs, keptEpoch }): Training => {
        const name = own.length > 1 ? `${subjects[i]} seed ${seed}` : `${subjects[i]}`;
        return { stage: name, epochs, keptEpoch, stopped: null };
      }),
    );
    const plots = curvePlots(trainings, `${slug(stage)}-`);
    return curves.length > 1 ? plots.map((plot) => ({ ...plot, title: `${plot.title}, ${stage}` })) : plots;
  });
}

function differences({ stage, comparisons }: EvaluationDiff): Plot[] {
  const estimates = comparisons.flatMap(({ second, difference, interval }) =>
    interval
      ? [
          {
            label: second,
            value: difference * 100,
            interval: inPercent(interval),
          },
        ]
      : [],
  );
  if (estimates.length === 0) return [];
  const title = `Accuracy of ${stage} against ${comparisons[0]?.first}, with its 95% interval`;
  const named = { id: `${slug(stage)}-differences`, title, unit: 'points', zero: true };
  return [intervalPlot(named, estimates)];
}

function f1Plot({ stage, perClass }: EvaluationDiff, { subjects }: Diff): Plot {
  const classes = perClass.map(({ path }) => path.replace(/\.f1$/, ''));
  return {
    id: `${slug(stage)}-f1`,
    title: `F1 by class, ${stage}: those that differ, the furthest apart first`,
    wide: true,
    height: 318,
    option: {
      tooltip: tooltip('axis'),
      legend,
      grid: { left: 50, right: 10, top: 14, bottom: 36 },
      xAxis: axis('', { type: 'category', data: classes, splitLine: { show: false } }),
      yAxis: axis('', { min: 0, max: 1 }),
      series: subjects.map((subject, i) => ({
        name: subject,
        type: 'bar',
        data: perClass.map(({ values }) => (values[i] == null ? null : rounded(values[i]))),
        color: seriesColor(i),
        itemStyle: { color: seriesColor(i) },
        emphasis: { disabled: true },
      })),
    },
    columns: ['class', ...subjects],
    rows: perClass.map(({ values }, row): Cell[] => [classes[row] ?? '', ...values]),
  };
}
