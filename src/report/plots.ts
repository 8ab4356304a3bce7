/** Plots as SVG text, drawn by ECharts without a browser: they are there with JavaScript off, and in print. */
import * as echarts from 'echarts';

const size = { width: 560, height: 320 };
const palette = ['#2f6fde', '#e08a1e'];

/** One line a series over the epochs 1 … n; null leaves a gap. */
export function linePlot(
  title: string,
  series: readonly { name: string; values: readonly (number | null)[] }[],
  logarithmic = false,
): string {
  const epochs = (series[0]?.values ?? []).map((_, i) => String(i + 1));
  return draw({
    color: palette,
    title: { text: title, left: 8, textStyle: { fontSize: 14, fontWeight: 600, color: '#888' } },
    legend: { bottom: 0, textStyle: { color: '#888' } },
    grid: { left: 56, right: 16, top: 40, bottom: 60 },
    xAxis: { type: 'category', data: epochs, name: 'epoch', nameLocation: 'middle', nameGap: 24 },
    yAxis: { type: logarithmic ? 'log' : 'value', scale: true },
    series: series.map(({ name, values }) => ({
      name,
      type: 'line',
      data: [...values],
      symbolSize: 5,
      animation: false,
    })),
  });
}

/** Rows are true classes, columns predicted ones. */
export function confusionPlot(classes: readonly string[], confusion: readonly (readonly number[])[]): string {
  const cells = confusion.flatMap((row, y) => row.map((count, x) => [x, y, count]));
  const most = Math.max(1, ...confusion.flat());
  return draw(
    {
      title: {
        text: 'Confusion matrix: true class down, predicted across',
        left: 8,
        textStyle: { fontSize: 14, fontWeight: 600, color: '#888' },
      },
      grid: { left: 84, right: 16, top: 40, bottom: 70 },
      xAxis: { type: 'category', data: [...classes], axisLabel: { rotate: 45 } },
      yAxis: { type: 'category', data: [...classes], inverse: true },
      visualMap: { min: 0, max: most, show: false, inRange: { color: ['#f4f7fd', '#2f6fde'] } },
      series: [{ type: 'heatmap', data: cells, label: { show: true, fontSize: 10 }, animation: false }],
    },
    460,
  );
}

function draw(option: echarts.EChartsCoreOption, height = size.height): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: size.width, height });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `<figure>${svg}</figure>`;
}
