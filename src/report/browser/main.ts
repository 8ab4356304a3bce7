/** Runs in the page: draws each plot again, from the same option, so that it answers to the pointer. */
import { BarChart, GraphChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkPointComponent,
  ParallelComponent,
  ToolboxComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { drawable, font } from '../axes.ts';
import { type Cell, toCsv } from '../csv.ts';

echarts.use([BarChart, GraphChart, HeatmapChart, LineChart, ParallelChart, ScatterChart]);
echarts.use([DataZoomComponent, GridComponent, LegendComponent, MarkPointComponent, ParallelComponent]);
echarts.use([ToolboxComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

interface Plot {
  readonly id: string;
  readonly option: { readonly [key: string]: unknown };
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly height: number;
  readonly wide: boolean;
}

const plots: Plot[] = JSON.parse(document.getElementById('plots')?.textContent ?? '[]');
for (const plot of plots) {
  const figure = document.getElementById(plot.id);
  if (figure) enliven(figure, plot);
}

function enliven(figure: HTMLElement, plot: Plot): void {
  const canvas = figure.querySelector('.canvas');
  const still = figure.querySelector('.still');
  if (!canvas || !still) return;
  addDownloads(figure, plot, still.innerHTML);
  const holder = document.createElement('div');
  holder.className = 'chart';
  holder.setAttribute('role', 'img');
  holder.setAttribute('aria-label', still.getAttribute('aria-label') ?? '');
  if (plot.wide) holder.style.minWidth = '640px';
  canvas.append(holder);
  figure.classList.add('live');
  const fit = (): Plot['option'] => {
    const { option, extra } = drawable(plot.option, holder.clientWidth);
    holder.style.height = `${plot.height + extra}px`;
    return option;
  };
  const first = fit();
  const chart = echarts.init(holder, null, { renderer: 'svg' });
  chart.setOption({ textStyle: font, ...first, ...zooming(plot), animation: false });
  let width = holder.clientWidth;
  new ResizeObserver(() => {
    if (holder.clientWidth === width) return;
    width = holder.clientWidth;
    chart.setOption(fit());
    chart.resize();
  }).observe(holder);
}

/** Curves are zoomed by drawing a box with the tool, by Ctrl and the wheel, or with two fingers. */
function zooming({ option }: Plot): object {
  const series: unknown = option.series;
  const first: unknown = Array.isArray(series) ? series[0] : null;
  const isLine =
    typeof first === 'object' &&
    first !== null &&
    'type' in first &&
    (first.type === 'line' || first.type === 'scatter');
  const yAxis: unknown = option.yAxis;
  const named = typeof yAxis === 'object' && yAxis !== null && 'type' in yAxis && yAxis.type === 'category';
  if (!isLine || named) return {};
  const icons = {
    iconStyle: { borderColor: 'var(--soft)' },
    emphasis: { iconStyle: { borderColor: 'var(--accent)', textFill: 'var(--ink)' } },
  };
  return {
    dataZoom: [{ type: 'inside', xAxisIndex: 0, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false }],
    toolbox: {
      right: 4,
      top: -8,
      itemSize: 14,
      feature: {
        dataZoom: { ...icons, yAxisIndex: false, title: { zoom: 'zoom', back: 'back' } },
        restore: { ...icons, title: 'all' },
      },
    },
  };
}

function addDownloads(figure: HTMLElement, plot: Plot, svg: string): void {
  const caption = figure.querySelector('figcaption');
  const box = document.createElement('span');
  box.className = 'acts';
  box.append(download('SVG', `${plot.id}.svg`, 'image/svg+xml', () => withFixedColors(svg)));
  box.append(download('CSV', `${plot.id}.csv`, 'text/csv', () => toCsv(plot.columns, plot.rows)));
  caption?.append(box);
}

function download(label: string, name: string, type: string, make: () => string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.textContent = label;
  link.download = name;
  link.href = '#';
  link.addEventListener('click', () => {
    link.href = URL.createObjectURL(new Blob([make()], { type }));
  });
  return link;
}

/** Outside the page its variables mean nothing. */
function withFixedColors(svg: string): string {
  const style = getComputedStyle(document.documentElement);
  return svg.replace(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim());
}
