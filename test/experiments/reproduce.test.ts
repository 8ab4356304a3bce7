// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
/** `pipe reproduce` and `pipe report` through the front door. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

test('a run comes out the same without the cache', (t) => {
  const { pipe } = makeProject(t, { 'small.yaml': small });
  assert.equal(pipe('run', 'small.yaml', '--name', 'first').code, 0);
  const { code, out, err } = pipe('reproduce', 'first');
  assert.equal(code, 0, out + err);
  assert.match(out, /^train +the same bytes$/m);
  assert.match(out, /came out the same/);
  assert.equal(pipe('runs', '--json').out.trim().split('\n').length, 1);
});

test('of a run of some stages, those are run again', (t) => {
  const { pipe } = makeProject(t, { 'small.yaml': small });
  assert.equal(pipe('run', 'small.yaml', '--until', 'normalize').code, 0);
  const { code, out, err } = pipe('reproduce', 'last');
  assert.equal(code, 0, out + err);
  assert.match(out, /^normalize +the same bytes$/m);
  assert.doesNotMatch(out, /^train/m);
  assert.match(pipe('show', 'last').out, /pipe run small\.yaml --until normalize$/m);
});

test('a run is run again from the texts that its files had then: its own and those that it builds on', (t) => {
  const base = `version: 1
name: base
vars: { word: first }
stages:
  say: { kind: command, run: "printf '%s' \${word} > word.txt", out: { word: word.txt } }
`;
  const project = makeProject(t, {
    'pipelines/below/base.yaml': base,
    'pipelines/own.yaml': 'version: 1\nname: own\nextends: below/base.yaml\nstages: {}\n',
  });
  const { pipe, write, folder } = project;
  project.run('pipelines/own.yaml');
  const reproduce = (): ReturnType<typeof pipe> => pipe('reproduce', 'last');
  assert.equal(reproduce().code, 0);
  write('pipelines/below/base.yaml', base.replace('first', 'second'));
  const changed = reproduce();
  assert.equal(changed.code, 0, changed.out + changed.err);
  assert.match(changed.out, /^say +the same bytes$/m);
  assert.match(changed.err, /^pipelines\/below\/base\.yaml: changed since; the run's own text is taken$/m);
  rmSync(join(folder, 'pipelines'), { recursive: true });
  const gone = reproduce();
  assert.equal(gone.code, 0, gone.out + gone.err);
  const { bases } = JSON.parse(pipe('show', 'last', '--json').out);
  assert.deepEqual(bases, { 'pipelines/below/base.yaml': base });
});

test('an output that differs is named, with the likely reason, and so is what is made from it', (t) => {
  const { pipe } = makeProject(t, {
    'time.yaml': `version: 1
name: time
stages:
  stamp: { kind: command, run: "node -e \\"fs.writeFileSync('t.txt', String(performance.timeOrigin))\\"", out: { text: t.txt } }
  copy: { kind: command, run: "node -e \\"fs.writeFileSync('c.txt', 'always')\\"", out: { text: c.txt } }
`,
  });
  assert.equal(pipe('run', 'time.yaml').code, 0);
  const { code, out } = pipe('reproduce', 'last', '--json');
  assert.equal(code, 1);
  const made = JSON.parse(out.trim().split('\n').at(-1) ?? '');
  assert.deepEqual(
    made.stages.map(({ stage, same, ports }: { stage: string; same: boolean; ports: string[] }) => [
      stage,
      same,
      ports,
    ]),
    [
      ['stamp', false, ['text']],
      ['copy', true, []],
    ],
  );
  assert.match(made.stages[0].why, /does not write the same bytes each time/);
});

test('nothing of it stays, and nothing that is gone is named; what a stage that fails now printed is kept and named', (t) => {
  const project = makeProject(t, {
    'fails.yaml': `version: 1
name: fails
stages:
  word: { kind: command, run: "printf x > x.txt", out: { text: x.txt } }
  late: { kind: command, run: "if test -e $HOME/again; then echo why it fails; exit 1; fi; printf y > y.txt", out: { text: y.txt } }
`,
  });
  const { pipe, folder, env, write } = project;
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  Object.assign(env, { HOME: folder, TMPDIR: temporary });
  project.run('fails.yaml');
  const same = pipe('reproduce', 'last');
  assert.equal(same.code, 0, same.out + same.err);
  assert.doesNotMatch(same.out + same.err, /pipe-reproduce-|outputs in/);
  assert.deepEqual(readdirSync(temporary), []);
  write('again', '');
  const failed = pipe('reproduce', 'last');
  assert.equal(failed.code, 1);
  assert.match(
    failed.out,
    /^late +differs: text, facts +it has no result now: `late` ended with exit code 1$/m,
  );
  assert.match(failed.out, /did not come out the same/);
  const [log = ''] = /\/\S*pipe-reproduce-\S+\.log/.exec(failed.err) ?? [];
  assert.match(readFileSync(log, 'utf8'), /why it fails/);
  const [kept = ''] = readdirSync(temporary);
  assert.deepEqual(readdirSync(join(temporary, kept)), ['logs']);
});

test('a report of a run has its times and what changed since the run before; of two, both', (t) => {
  const { pipe, write, read, folder } = makeProject(t, { 'small.yaml': small });
  assert.equal(pipe('run', 'small.yaml', '--name', 'first').code, 0);
  write('small.yaml', small.replace('rotation: 20', 'rotation: 30'));
  assert.equal(pipe('run', 'small.yaml', '--name', 'second').code, 0);
  const { code, err } = pipe('report', 'last', '--out', 'one.html');
  assert.equal(code, 0, err);
  const page = read('one.html');
  assert.match(page, /<h2>Run second<\/h2>/);
  assert.match(page, /<h2>Changes since first<\/h2>[\s\S]*augment\.rotation/);
  assert.match(page, /Seconds by stage/);
  assert.ok(page.length < 3e6);
  assert.equal(pipe('report', 'first', 'second').code, 0);
  assert.ok(existsSync(join(folder, 'report-first-second.html')));
  assert.match(
    read('report-first-second.html'),
    /<h2>Comparison<\/h2>[\s\S]*second evaluate[\s\S]*first evaluate/,
  );
});

test('a report makes the folder that it is wanted in; where none can be written, it says so', (t) => {
  const { pipe, read } = makeProject(t, {
    'p.yaml':
      'version: 1\nname: p\nstages:\n  say: { kind: command, run: "printf x > x.txt", out: { text: x.txt } }\n',
  });
  pipe('run', 'p.yaml', '--name', 'same');
  pipe('run', 'p.yaml', '--name', 'same');
  assert.equal(pipe('report', 'last', '--out', 'pages/of/one.html').code, 0);
  const headings = (...runs: string[]): string[] => {
    assert.equal(pipe('report', ...runs, '--out', 'runs.html').code, 0);
    return read('runs.html').match(/(?<=<h2>)Run [^<]*/g) ?? [];
  };
  assert.deepEqual(headings('last', 'same', 'last'), ['Run same'], 'each once');
  const two = headings('last', 'last~1');
  assert.equal(new Set(two).size, 2, two.join());
  for (const heading of two) assert.match(heading, /^Run same \(\S+\)$/);
  assert.match(read('pages/of/one.html'), /^<!doctype html>/);
  for (const out of ['pages', 'p.yaml/one.html']) {
    const { code, err } = pipe('report', 'last', '--out', out);
    assert.equal(code, 2);
    assert.match(
      err,
      /^error file-not-written: `.*` can not be written: .*\n +fix: name a file in a folder .*\n$/,
    );
  }
});
