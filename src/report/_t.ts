import * as echarts from 'echarts/core';
import { LineChart, HeatmapChart, BarChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, LegendComponent, TooltipComponent, DataZoomComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
echarts.use([LineChart, HeatmapChart, BarChart, GridComponent, MarkLineComponent, LegendComponent, TooltipComponent, DataZoomComponent, SVGRenderer]);
const c = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 480, height: 280 });
c.setOption({ animation: false, color: ['var(--accent)'], xAxis: { type: 'value' }, yAxis: {type:'value', splitLine:{lineStyle:{color:'var(--line)'}}}, series: [{ type: 'line', data: [[1, 2], [2, 3]], name: '<x>', markLine:{symbol:'none',data:[{xAxis:1.5}],label:{formatter:'best <b>'}} }], legend:{} });
console.log(c.renderToSVGString());
