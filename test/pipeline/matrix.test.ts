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

test('an axis may say the kind: references are those of each cell’s own', (t) => {
  const made = graph(
    t,
    file(
      '  data: { kind: download, matrix: { seed: [1, 2] }, dataset: shapes10, limit: 20 }\n',
      '  scaled: { kind: "${matrix.by}", matrix: { by: [normalize, augment] }, data: data }\n',
    ),
  );
  assert.deepEqual(
    Object.entries(made).filter(([name]) => name.startsWith('scaled')),
    [
      ['scaled[by=normalize,seed=1]', ['data[seed=1]']],
      ['scaled[by=normalize,seed=2]', ['data[seed=2]']],
      ['scaled[by=augment,seed=1]', ['data[seed=1]']],
      ['scaled[by=augment,seed=2]', ['data[seed=2]']],
    ],
  );
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
});

test('an exclude of nothing is told, and is no error: another profile may have the cell', (t) => {
  const text = file(
    stage('a', 'env: ["A${matrix.seed}"], matrix: { seed: "${seeds}", exclude: [{ seed: 7 }] }'),
  );
  const { code, err } = makeProject(t, { 'p.yaml': text }).pipe('validate', 'p.yaml');
  assert.equal(code, 0);
  assert.match(err, /warning nothing-excluded/);
});

/** A matrix that is none, and all that is told of it. */
const none: readonly (readonly [matrix: string, told: string, fix?: string])[] = [
  ['{ seed: 1 }', '94 error invalid-value: `a.matrix.seed` must be a list or a map, found 1', 'write `[1]`'],
  ['{ seed: [] }', '94 error invalid-value: `a.matrix.seed` must have at least 1 items, found []'],
  ['{ seed: {} }', '88 error missing-key: `a.matrix.seed` is empty', 'write at least one'],
  ['{}', '78 error missing-key: `a.matrix` is empty', 'write at least one'],
  ['[1, 2]', '86 error wrong-type: `a.matrix` must be a map, found [1,2]'],
  ['null', '86 error wrong-type: `a.matrix` must be a map, found null', 'give it a value'],
  [
    '{ seed: [1, 2], exclude: { seed: 2 } }',
    '111 error wrong-type: `a.matrix.exclude` must be a list, found {"seed":2}',
    'write `[{"seed":2}]`',
  ],
  [
    '{ seed: [1, 2], exclude: [{ seed: 1 }, { seed: 2 }] }',
    '112 error invalid-value: with what `exclude` leaves out, the stage has no cell',
  ],
  ['{ seed: "${stages.z.y}" }', "94 error invalid-value: `${stages.z.y}` can't be an axis", 'write a list'],
  ['{ seed: "${sed}" }', '94 error unknown-var: `sed` is not a var', 'declare it'],
  [
    `{ ${'abcdefg'.replaceAll(/./g, '$&: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ')} }`,
    '86 error too-large: the matrix makes more than 100000 cells',
    'shorten an axis',
  ],
];
for (const [matrix, told, fix = ''] of none)
  test(`a matrix ${matrix.slice(0, 60)} is told once, at its place, and nothing of what refers to it`, (t) => {
    const err = refused(
      t,
      'version: 1\nname: m\nstages:\n' +
        `  a: { kind: command, run: "true", out: { x: x }, env: ["A=\${matrix.seed}"], matrix: ${matrix} }\n` +
        stage('b', 'in: { a: a.x, two: "a[seed=2].x" }, env: ["B=${matrix.seed}"]'),
    );
    assert.ok(err.includes(`p.yaml:4:${told}`) && err.includes(fix), err);
    assert.equal(err.match(/ (error|warning) [a-z-]+:/g)?.length, 1, err);
  });

test('axes that come with references are not crossed without end', (t) => {
  const ten = stage('NAME', 'matrix: { NAME: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, env: ["${matrix.NAME}"]');
  const names = [...'abcdef'];
  const err = refused(
    t,
    file(
      ...names.map((name) => ten.replaceAll('NAME', name)),
      stage('all', `in: { ${names.map((name) => `${name}: ${name}.x`).join(', ')} }`),
    ),
  );
  assert.match(err, /p\.yaml:11:\d+ error too-large: the matrix makes more than 100000 cells/);
});

test('what cells take of their axes is counted as often as it is used', (t) => {
  const takes = new Array<string>(300).fill('"${matrix.big}"').join(', ');
  const big = `[${new Array<string>(10_000).fill('1').join(', ')}]`;
  const err = refused(t, file(stage('a', `matrix: { big: { one: ${big} } }, env: [${takes}]`)));
  assert.match(
    err,
    /error too-large: with what cells take of their axes, they hold more than 2000000 values/,
  );
});

test('an axis that comes with a reference may be all that a matrix excludes by', (t) => {
  const made = graph(
    t,
    file(
      stage('a', 'matrix: { seed: "${seeds}" }, env: ["A${matrix.seed}"]'),
      stage('b', 'matrix: { exclude: [{ seed: 1 }] }, in: { a: a.x }'),
    ),
  );
  assert.deepEqual(Object.keys(made), ['a[seed=1]', 'a[seed=2]', 'b[seed=2]']);
});

/** What no matrix, trial or stage gives. */
const unknown: readonly (readonly [text: string, told: string])[] = [
  ['echo ${matrix.seed}', 'unknown-axis: `seed` is no axis that this stage has'],
  ['${matrix.seed}', 'unknown-axis: `seed` is no axis that this stage has'],
  ['${trial.rate}', 'unknown-var: `trial.rate` is known only in the `trial` of a search'],
  ['echo ${trial.rate}', 'unknown-var: `trial.rate` is known only in the `trial` of a search'],
  ['${stages.a}', 'invalid-value: `${stages.a}` names no value of a stage'],
  ['echo ${stages.a.b}', "invalid-value: `${stages.a.b}` can't be a part of a text"],
];
for (const [text, told] of unknown)
  test(`\`${text}\` where it stands for nothing is told at its place`, (t) => {
    const err = refused(
      t,
      `version: 1\nname: m\nstages:\n  a: { kind: command, run: "${text}", out: { x: x } }\n`,
    );
    assert.ok(err.includes(`p.yaml:4:28 error ${told}`), err);
    assert.match(err, /\n1 error in 1 file\n$/);
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
