import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Metrics } from '../../src/report/inputs.ts';
import { readInputs } from '../../src/report/inputs.ts';
import { assemble } from '../../src/report/page.ts';
import type { Plot } from '../../src/report/plot.ts';
import { perClass } from '../../src/report/sections/classes.ts';
import { graph } from '../../src/report/sections/graph.ts';
import type { Search } from '../../src/report/sections/tuning.ts';
import { history, parallel, slices } from '../../src/report/sections/tuning-plots.ts';
import { wrapped } from '../../src/report/wrap.ts';
import type { Artifact } from '../../src/stages/context.ts';

function searchOf(
  points: readonly [objective: number, values: Search['trials'][number]['values']][],
): Search {
  const trials = points.map(([objective, values], trial) => ({
    ...{ trial, objective, values },
    ...{ error: null, curves: [] },
  }));
  const ranked = trials.toSorted((a, b) => b.objective - a.objective);
  return {
    ...{ stage: 'tune', metric: 'valAccuracy', maximize: true, dimensions: ['flip', 'momentum', 'rate'] },
    ...{ best: ranked[0]?.trial ?? null, trials, ranked },
  };
}

const search = searchOf([
  [0.5, [true, null, 0.1]],
  [0.7, [false, 0.9, 0.2]],
  [0.6, [true, 0.85, 0.3]],
]);

/** What a plot's first series is given. */
function dataOf({ option }: Plot): unknown[] {
  const [first] = Array.isArray(option.series) ? option.series : [];
  return first.data;
}

test('a line of a trial goes through its own values: true and false by name, a missing number through none', () => {
  const [plot] = parallel(search);
  assert.ok(plot);
  const values = dataOf(plot).map((line) => Object(line).value);
  assert.deepEqual(values, [
    ['true', '-', 0.1, 0.5],
    ['false', 0.9, 0.2, 0.7],
    ['true', 0.85, 0.3, 0.6],
  ]);
  const axes = Array.isArray(plot.option.parallelAxis) ? plot.option.parallelAxis : [];
  assert.deepEqual(
    axes.map(({ type }) => type ?? 'value'),
    ['category', 'value', 'value', 'value'],
  );
  const [flip, momentum] = slices(search);
  assert.ok(flip && momentum);
  assert.deepEqual(dataOf(flip), [
    ['true', 0.5],
    ['false', 0.7],
    ['true', 0.6],
  ]);
  assert.deepEqual(dataOf(momentum), [
    [0.9, 0.7],
    [0.85, 0.6],
  ]);
});

test('the best so far is the best by the ranking of the search, in which longer trained ones come first', () => {
  const [short, long] = search.trials.slice(1);
  assert.ok(short && long);
  const plot = history({ ...search, best: long.trial, ranked: [long, short] });
  assert.deepEqual(
    plot.rows.map(([, , best]) => best),
    [0.5, 0.7, 0.6],
  );
});

function metricsOf(classes: readonly string[], f1: readonly number[]): Metrics {
  return {
    ...{ split: 'test', rows: 10, loss: 1, accuracy: 0.5, classes, confusion: [] },
    perClass: classes.map((name, i) => ({
      class: name,
      ...{ precision: 0.5, recall: 0.5, f1: f1[i] ?? 0, support: 5 },
    })),
  };
}

test('F1 of evaluations with different classes stands at each class by its name', () => {
  const made = perClass({
    ...{ graph: [], trainings: [], samples: [], augmentations: [], mistakes: [], facts: [], trials: [] },
    evaluations: [
      { stage: 'pets', metrics: metricsOf(['cat', 'dog'], [0.1, 0.2]), predictions: null },
      { stage: 'all', metrics: metricsOf(['bird', 'cat'], [0.3, 0.4]), predictions: null },
    ],
  });
  assert.deepEqual(made?.plots?.[0]?.rows, [
    ['cat', 0.1, 0.4],
    ['dog', 0.2, null],
    ['bird', null, 0.3],
  ]);
});

test('two plots of one id get files of their own', () => {
  const [plot] = slices(search);
  assert.ok(plot);
  const sections = ['a', 'b'].map((title) => ({ title, plots: [plot] }));
  const { files, html } = assemble('twice', sections, { script: '', plotsBeside: true });
  assert.deepEqual(
    Object.keys(files).filter((name) => name.endsWith('.csv')),
    [`plots/${plot.id}.csv`, `plots/${plot.id}-2.csv`],
  );
  assert.equal(html.match(new RegExp(`id="${plot.id}(-2)?"`, 'g'))?.length, 2);
});

test('long names are broken where they can be, and boxes of a graph never lie over each other', () => {
  assert.equal(
    wrapped('evaluate[augmentation=second,seed=42]', 110),
    'evaluate\n[augmentation=\nsecond,seed=42]',
  );
  assert.equal(wrapped('train', 110), 'train');
  const names = [
    'download',
    'normalize',
    'augment-second',
    'train[augmentation=second,seed=42]',
    'evaluate',
    'report',
  ];
  const made = graph({
    ...{
      trainings: [],
      evaluations: [],
      samples: [],
      augmentations: [],
      mistakes: [],
      facts: [],
      trials: [],
    },
    graph: names.map((name, i) => ({ name, kind: 'command', from: names.slice(Math.max(0, i - 1), i) })),
  });
  const boxes = dataOf(made?.plots?.[0] ?? assert.fail()).map((box) => Object(box).symbolSize[0]);
  const width = Math.max(...boxes);
  assert.ok((900 - 8 - width) / (names.length - 1) > width, `${width} pixels`);
});

async function inputsOf(
  t: TestContext,
  port: 'metrics' | 'history' | 'trials',
  file: string,
  text: string,
): ReturnType<typeof readInputs> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, file), text);
  const artifact: Artifact = {
    ...{ stage: 'own', kind: './own.ts', port, type: port },
    files: { [file]: join(folder, file) },
  };
  return readInputs([artifact], []);
}

test("files of another form in a port of a stage of one's own are left out", async (t) => {
  assert.deepEqual((await inputsOf(t, 'metrics', 'metrics.json', '{"accuracy": 0.9}')).evaluations, []);
  assert.deepEqual((await inputsOf(t, 'metrics', 'other.json', '{}')).evaluations, []);
  assert.deepEqual((await inputsOf(t, 'history', 'history.json', '[1]')).trainings, []);
  assert.deepEqual((await inputsOf(t, 'trials', 'trials.json', 'no JSON')).trials, []);
  const whole = JSON.stringify(metricsOf(['cat'], [1]));
  assert.equal((await inputsOf(t, 'metrics', 'metrics.json', whole)).evaluations[0]?.stage, 'own');
});
