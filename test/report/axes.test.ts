import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axis, lineSeries } from '../../src/report/axes.ts';
import { drawSvg } from '../../src/report/plot.ts';

test('a logarithmic axis tells small numbers as powers, and the others as they are', () => {
  const svg = drawSvg({
    id: 'rate',
    title: 'Learning rate',
    height: 290,
    option: {
      xAxis: axis('epoch'),
      yAxis: axis('', { type: 'log' }),
      series: [lineSeries({ name: 'train', values: [1e-2, 1e-5, 1e-9], color: 0 }, [1, 2, 3])],
    },
    columns: [],
    rows: [],
  });
  const labels = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, label]) => label);
  assert.ok(labels.includes('1e-9'), labels.join(' '));
  assert.ok(labels.includes('0.01') || labels.includes('0.1'), labels.join(' '));
  assert.doesNotMatch(svg, /0\.0000/);
});
