import { isMap } from '../../stages/json.ts';
import { axis, tooltip } from '../axes.ts';
import type { Cell } from '../csv.ts';
import { count, escapeHtml, htmlTable } from '../html.ts';
import type { Facts, Input } from '../inputs.ts';
import { type Plot, slug } from '../plot.ts';
import type { Section } from '../section.ts';
import { seriesColor } from '../style.ts';
import { sheet } from './pictures.ts';

/** Above the plots; what a section has before its plots is never left out. */
const mostTables = 4;

/** What the download found in the data, what its images look like, and what was computed of them. */
export function data({ facts, samples }: Input): Section | null {
  const described = facts.filter((one) => isMap(one.facts.classCounts) && isMap(one.facts.rows));
  const computed = facts.filter((one) => isMap(one.facts.features));
  if (described.length + computed.length + samples.length === 0) return null;
  const tables = [...described.map(factsTable), ...computed.map(featuresTable)];
  return {
    title: 'Data',
    before: tables.slice(0, mostTables).join('\n'),
    plots: described.flatMap(classPlot),
    after: [
      ...tables.slice(mostTables),
      ...samples.map((one) => `<h3>Samples of each class</h3>${sheet(one, 'Samples of each class')}`),
    ],
  };
}

function factsTable({ stage, facts }: Facts): string {
  const rows = isMap(facts.rows)
    ? Object.entries(facts.rows).map(([split, rows]) => `${count(Number(rows))} ${split}`)
    : [];
  const classes = Array.isArray(facts.classes) ? facts.classes : [];
  const example = Array.isArray(facts.example) ? facts.example.join(' × ') : '';
  const duplicates = isMap(facts.duplicates)
    ? [`${facts.duplicates.within} within a split, ${facts.duplicates.across} across splits`]
    : [];
  const lines = [
    ['images', rows.join(', ')],
    ['one image', example],
    ['classes', `${classes.length}: ${classes.join(', ')}`],
    ...duplicates.map((text) => ['images that occur twice', text]),
  ];
  return htmlTable([stage, ''], lines, { label: `Data of ${stage}` });
}

/** What was computed in place of images, and by what. */
function featuresTable({ stage, facts }: Facts): string {
  const own = isMap(facts.features) ? facts.features : {};
  const shape = (sides: unknown): string => (Array.isArray(sides) ? sides.join(' × ') : '');
  const lines = [
    ['images', count(Number(own.images))],
    ['one image', shape(own.input)],
    ['its features', shape(own.output)],
    [
      'computed by',
      `${count(Number(own.layers))} layers, up to ${own.layer}, of ${count(Number(own.parameters))} parameters`,
    ],
  ];
  return htmlTable([stage, ''], lines, { label: `Features of ${stage}` });
}

function classPlot({ stage, facts }: Facts): Plot[] {
  const classes = Array.isArray(facts.classes) ? facts.classes.map(String) : [];
  const splits = isMap(facts.classCounts) ? Object.entries(facts.classCounts) : [];
  const counts = splits.map(([split, values]) => ({
    split,
    values: Array.isArray(values) ? values.map(Number) : [],
  }));
  if (classes.length === 0 || counts.every(({ values }) => new Set(values).size <= 1)) return [];
  return [
    {
      id: `${slug(stage)}-classes`,
      title: `Images of each class in ${escapeHtml(stage)}`,
      height: 298,
      option: {
        tooltip: tooltip('axis'),
        legend: { bottom: 0, textStyle: { color: 'var(--soft)' } },
        grid: { left: 58, right: 10, top: 14, bottom: 74 },
        xAxis: axis('', {
          type: 'category',
          data: classes,
          splitLine: { show: false },
          axisLabel: { rotate: 40, color: 'var(--soft)' },
        }),
        yAxis: axis(''),
        series: counts.map(({ split, values }, i) => ({
          name: split,
          type: 'bar',
          stack: 'all',
          data: values,
          itemStyle: { color: seriesColor(i) },
          emphasis: { disabled: true },
        })),
      },
      columns: ['class', ...counts.map(({ split }) => split)],
      rows: classes.map((name, i): Cell[] => [name, ...counts.map(({ values }) => values[i] ?? null)]),
    },
  ];
}
