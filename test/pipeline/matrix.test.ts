import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeProject } from '../rig/project.ts';

const stage = (name: string, more: string): string =>
  `  ${name}: { kind: command, run: "true", out: { x: x }, ${more} }\n`;
const file = (...stages: string[]): string =>
  `version: 1\nname: m\nvars: { seeds: [1, 2] }\nstages:\n${stages.join('')}`;

/** By stage, what it depends on. */
function graph(t: TestContext, text: string, ...args: string[]): { [stage: string]: string[] } {
  const { code, out, err } = makeProject(t, { 'p.yaml': text }).pipe('graph', 'p.yaml', '--json', ...args);
  assert.equal(code, 0, err);
  const { stages }: { stages: { name: string; dependsOn: string[] }[] } = JSON.parse(out);
  return Object.fromEntries(stages.map(({ name, dependsOn }) => [name, dependsOn]));
}

function refused(t: TestContext, text: string): string {
  const { code, err } = makeProject(t, { 'p.yaml': text }).pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  return err;
}

test('axes follow references downstream: same-named ones align, others cross, a list collects all cells', (t) => {
  const made = graph(
    t,
    file(
      stage('a', 'matrix: { seed: [1, 2] }, env: ["A${matrix.seed}"]'),
      stage('b', 'matrix: { size: { small: 1, large: 2 } }, env: ["B${matrix.size}"]'),
      stage('c', 'in: { a: a.x }'),
      stage('d', 'in: { a: a.x, b: b.x, c: c.x }'),
      '  e: { kind: command, run: "true", out: { x: x }, in: { all: [d.x] } }\n',
    ),
  );
  assert.deepEqual(made['c[seed=2]'], ['a[seed=2]']);
  assert.deepEqual(made['d[seed=1,size=large]'], ['a[seed=1]', 'b[size=large]', 'c[seed=1]']);
  assert.equal(Object.keys(made).filter((name) => name.startsWith('d')).length, 4);
  assert.equal(made.e?.length, 4);
});

test('include adds cells, exclude leaves some out, also by an axis that comes with a reference', (t) => {
  const made = graph(
    t,
    file(
      stage('a', 'matrix: { seed: "${seeds}", include: [{ seed: 9 }] }, env: ["A${matrix.seed}"]'),
      stage(
        'b',
        'matrix: { size: [1, 2], exclude: [{ seed: 9, size: 1 }] }, in: { a: a.x }, env: ["B${matrix.size}"]',
      ),
    ),
    '--set',
    'vars.seeds=[3]',
  );
  assert.deepEqual(Object.keys(made), [
    'a[seed=3]',
    'a[seed=9]',
    'b[seed=3,size=1]',
    'b[seed=3,size=2]',
    'b[seed=9,size=2]',
  ]);
});

test('a stage may have an axis in some cells alone: where the value that refers has it', (t) => {
  const made = graph(
    t,
    file(
      stage('plain', ''),
      stage('drawn', 'matrix: { seed: [1, 2] }, env: ["A${matrix.seed}"]'),
      stage('use', 'matrix: { from: { p: plain.x, d: drawn.x } }, in: { a: "${matrix.from}" }'),
    ),
  );
  assert.deepEqual(Object.keys(made).slice(3), ['use[from=p]', 'use[from=d,seed=1]', 'use[from=d,seed=2]']);
});

test('a reference may fix an axis: every cell against one', (t) => {
  const made = graph(
    t,
    file(
      stage('a', 'matrix: { seed: [1, 2] }, env: ["A${matrix.seed}"]'),
      stage('b', 'in: { base: "a[seed=1].x", own: a.x }'),
    ),
  );
  assert.deepEqual(made['b[seed=1]'], ['a[seed=1]']);
  assert.deepEqual(made['b[seed=2]'], ['a[seed=1]', 'a[seed=2]']);
});

test('names that every object of JavaScript has are axes, labels and stages like any other', (t) => {
  const made = graph(
    t,
    file(
      stage('plain', ''),
      stage('constructor', 'matrix: { constructor: [1, 2] }, env: ["A${matrix.constructor}"]'),
      stage('use', 'in: { p: plain.x, c: constructor.x }'),
    ),
  );
  assert.deepEqual(made['use[constructor=2]'], ['plain', 'constructor[constructor=2]']);
});

test('a mistake in an axis’ value is told once, where it is written and where it is used', (t) => {
  const err = refused(
    t,
    file(
      '  download: { dataset: shapes10 }\n',
      '  build: { input: [32, 32, 3], layers: [{ flatten: {} }, { dense: { units: 10, activation: softmax } }] }\n',
      '  train: { matrix: { rate: [0.1, fast], seed: [1, 2] }, model: build, data: download, epochs: 1, seed: "${matrix.seed}",\n',
      '    optimizer: { sgd: { learningRate: "${matrix.rate}" } } }\n',
    ),
  );
  assert.match(
    err,
    /p\.yaml:7:34 error wrong-type: `train\[rate=fast,seed=1\]\.optimizer\.sgd\.learningRate` must be a number, found "fast"/,
  );
  assert.match(err, /p\.yaml:8:39 used here as `\$\{matrix\.rate\}`/);
  assert.equal(err.match(/ error [a-z-]+:/g)?.length, 1, err);
});

test('cells that are not there, axes without a cell’s name and excludes of nothing are refused', (t) => {
  const a = stage('a', 'matrix: { seed: [1, 2] }, env: ["A${matrix.seed}"]');
  assert.match(
    refused(t, file(a, stage('b', 'in: { a: "a[seed=3].x" }'))),
    /unknown-cell: `a\[seed=3\]\.x` is no cell of `a`/,
  );
  assert.match(
    refused(t, file(stage('a', 'env: ["${matrix.sed}"], matrix: { seed: [1] }'))),
    /unknown-axis.*\n.*\n.*did you mean `seed`\?/,
  );
  assert.match(refused(t, file(stage('a', 'env: ["${matrix.x}"], matrix: { x: ["a b"] }'))), /unnamed-cell/);
  assert.match(refused(t, file(stage('a', 'env: ["${matrix.x}"], matrix: { x: [A, a] }'))), /duplicate-cell/);
  for (const rows of ['[{ x: 1 }, { x: 1 }]', '[{ x: a }, { x: A }]', '[{ x: 1, y: 2 }, { y: 2, x: 1 }]'])
    assert.match(
      refused(t, file(stage('a', `env: ["\${matrix.x}"], matrix: { include: ${rows} }`))),
      /duplicate-cell: the matrix has this cell already/,
    );
  assert.match(
    refused(t, file(stage('a', 'matrix: { seed: [1], exclude: [{ seed: 7 }] }'))),
    /nothing-excluded/,
  );
});

test('cells are run, cached and brought out under their names', (t) => {
  const project = makeProject(t, {
    'p.yaml': file(
      '  a: { kind: command, matrix: { word: [one, two] }, run: "echo ${matrix.word} > x", out: { x: x } }\n',
      '  b: { kind: command, in: { a: a.x }, run: "cat a/x > y", out: { y: y } }\n',
      '  c: { kind: command, in: { all: [b.y] }, run: "cat all/*/y > z", out: { z: z } }\n',
    ),
  });
  project.run('p.yaml');
  assert.equal(project.read('cache/out/m/b[word=two]/y/y'), 'two\n');
  assert.equal(project.read('cache/out/m/c/z/z'), 'one\ntwo\n');
  project.write('p.yaml', project.read('p.yaml').replace('[one, two]', '[two, one, three]'));
  const again = project.run('p.yaml');
  assert.equal(again['b[word=one]'], 'cached');
  assert.equal(again['b[word=three]'], 'ran');
  assert.ok(existsSync(join(project.folder, 'cache/out/m/a[word=three]')));
});
