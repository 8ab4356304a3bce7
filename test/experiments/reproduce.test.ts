/** `pipe reproduce` and `pipe report` through the front door. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

test('a run comes out the same without the cache, and is not run again from a file that has changed since', (t) => {
  const { pipe, write } = makeProject(t, { 'small.yaml': small });
  assert.equal(pipe('run', 'small.yaml', '--name', 'first').code, 0);
  const { code, out, err } = pipe('reproduce', 'first');
  assert.equal(code, 0, out + err);
  assert.match(out, /^train +the same bytes$/m);
  assert.match(out, /came out the same/);
  assert.equal(pipe('runs', '--json').out.trim().split('\n').length, 1);
  write('small.yaml', small.replace('epochs: 2', 'epochs: 3'));
  const changed = pipe('reproduce', 'first');
  assert.equal(changed.code, 2);
  assert.match(changed.err, /changed-since: `small\.yaml` of run `\S+` is not what it was then/);
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
