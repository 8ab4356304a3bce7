/**
 * A plot is data: an ECharts option that JSON can hold, and its numbers as a table. Drawn as SVG text without a browser, so
 * that it is there with JavaScript off and in print; the same option makes it interactive in the page.
 * Colours are the page's CSS variables, so plots follow its theme.
 */
import * as echarts from 'echarts';
import { drawable, font } from './axes.ts';
import { type Cell, toCsv } from './csv.ts';
import { escapeHtml, htmlTable } from './html.ts';
import { lightColors } from './style.ts';

export interface Plot {
  /** Its files are called after it: plots/ID.svg and plots/ID.csv. */
  readonly id: string;
  readonly title: string;
  readonly option: { readonly [key: string]: unknown };
  /** Without its legend. */
  readonly height: number;
  /** Wider than a phone, it scrolls. */
  readonly wide?: boolean;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const width = 560;
/** Larger tables are only in the CSV. */
const mostRows = 200;
const mostCells = 3000;

/** `svg` as `drawSvg` gives it. */
export function figure(plot: Plot, svg: string): string {
  const most = Math.min(mostRows, Math.max(1, Math.floor(mostCells / plot.columns.length)));
  const shown = plot.rows.slice(0, most).map((row) => row.map((cell) => String(cell ?? '')));
  const more =
    plot.rows.length > most ? `<p>The first ${most} of ${plot.rows.length} rows; the CSV has all.</p>` : '';
  const numbers = plot.columns.map((_, i) => i).filter((i) => typeof plot.rows[0]?.[i] === 'number');
  const table = htmlTable(plot.columns, shown, { label: `Numbers of ${plot.title}`, numbers });
  return `<figure class="plot${plot.wide ? ' broad' : ''}" id="${escapeHtml(plot.id)}" data-plot="${escapeHtml(plot.id)}"><figcaption>${escapeHtml(plot.title)}</figcaption>
<div class="canvas"${plot.wide ? ` role="region" aria-label="${escapeHtml(plot.title)}" tabindex="0"` : ''}><div class="still" role="img" aria-label="${escapeHtml(plot.title)}">${svg}</div></div>
<details><summary>Numbers</summary>${table}${more}</details></figure>`;
}

/** The files beside the page: each plot's SVG with fixed colours, and its numbers. */
export function plotFiles(plot: Plot, svg: string): { [path: string]: string } {
  const fixed = svg.replace(/var\(--([\w-]+)\)/g, (_, name) => lightColors[name] ?? '#888');
  return {
    [`plots/${plot.id}.svg`]: `${fixed}\n`,
    [`plots/${plot.id}.csv`]: toCsv(plot.columns, plot.rows),
  };
}

export function drawSvg(plot: Plot): string {
  const size = plot.wide ? 900 : width;
  const { option, extra } = drawable(plot.option, size);
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: size,
    height: plot.height + extra,
  });
  chart.setOption({ textStyle: font, ...option, animation: false });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Ids count up over the life of a process; the page's bytes shall not depend on what was drawn before.
  return withOwnIds(svg, plot.id);
}

/** ECharts names clip paths and classes by a running number: they become this plot's own, numbered from 0. */
function withOwnIds(svg: string, plot: string): string {
  const own = new Map<string, string>();
  return svg.replace(/\bzr\d+-[\w-]+/g, (id) => {
    if (!own.has(id)) own.set(id, `${plot.replaceAll(/[^\w-]/g, '-')}-${own.size}`);
    return own.get(id) ?? id;
  });
}

/** A name for files and ids out of a stage's name. */
export function slug(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
}
