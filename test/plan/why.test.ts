import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launcher, makeProject } from '../rig/project.ts';

const chain = `version: 1
name: chain
vars: { word: hello }
stages:
  write: { kind: command, run: ["sh", "-c", "echo \${word} | wc -c > o"], out: { o: o } }
  double: { kind: command, run: "cat in/o in/o > o", in: { in: write.o }, out: { o: o } }
  count: { kind: command, run: "wc -c < in/o > o", in: { in: double.o }, out: { o: o } }
`;

/** Run ids depend on the clock. */
const nameless = (text: string): string => text.replaceAll(/\d{8}-\d{6}-[0-9a-f]{4}/g, 'RUN');

test('why follows a stage to the root cause, before and after it ran', (t) => {
  const project = makeProject(t, { 'p.yaml': chain });
  const why = (...args: string[]): string => {
    const { out, err, code } = project.pipe('why', ...args);
    assert.equal(code, 0, err);
    return nameless(out);
  };
  assert.equal(
    project.pipe('why', 'count').err,
    'error unknown-run: nothing has run yet, so no file is meant\n   fix: name it: pipe why FILE STAGE\n',
  );
  assert.equal(
    why('p.yaml', 'count'),
    'count depends on double\n  double depends on write\n    write will run: never run\n',
  );
  project.run('p.yaml');
  const unchanged = 'count is cached since RUN: nothing that decides it has changed\n';
  assert.equal(why('count'), `${unchanged}in the last run, RUN, it ran for the first time\n`);
  project.write('p.yaml', chain.replace('word: hello', 'word: good-bye'));
  const written = 'param run.2 echo hello | wc -c > o → echo good-bye | wc -c > o (p.yaml:5:45)';
  assert.equal(
    why('count').split('\nin the last run')[0],
    `count depends on double\n  double depends on write\n    write will run: ${written}`,
  );
  project.run('p.yaml');
  assert.equal(
    why('count'),
    `${unchanged}in the last run, RUN, it ran: input \`in.in\` changed: double gives something else\n` +
      `  double ran: input \`in.in\` changed: write gives something else\n    write ran: ${written}\n`,
  );
  project.run('p.yaml');
  assert.equal(why('count'), unchanged, 'nothing ran last');
  project.write('p.yaml', chain);
  assert.equal(
    why('write'),
    'write is cached since RUN; compared with RUN: param run.2 echo good-bye | wc -c > o → echo hello | wc -c > o (p.yaml:5:45)\n',
    'an old result that is back',
  );
  assert.equal(why('count', '--against', 'last~2'), unchanged, 'against the first run nothing has changed');
});

test('why without a file means that of the last run, from wherever in the project it is called', (t) => {
  const project = makeProject(t, { 'p.yaml': chain });
  project.run('p.yaml');
  const below = join(project.folder, 'notes');
  mkdirSync(below);
  const { stdout, stderr, status } = spawnSync(process.execPath, [launcher, 'why', 'count'], {
    cwd: below,
    env: project.env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(nameless(stdout), /^count is cached since RUN: nothing that decides it has changed\n/);
});
