import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';

const pipeline = (stage: string): string =>
  `version: 1\nname: p\nstages:\n  a: { kind: command, ${stage} }\n`;

test('a failed stage shows its last lines and where its whole log is, and the last good outputs stay', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('run: "echo good > x", out: { x: x }') });
  project.run('p.yaml');
  project.write('p.yaml', pipeline('run: "seq 100; echo ill >&2; exit 3", out: { x: x }'));
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /`a` ended with exit code 3\n {2}\| 82\n(?: {2}\| .*\n)+ {2}\| ill\n/);
  const log = /its whole log is (.*)/.exec(err)?.[1] ?? '';
  assert.equal(log, join(project.folder, 'cache/logs/p/a.log'));
  assert.match(readFileSync(log, 'utf8'), /^1\n2\n/);
  assert.equal(project.read('cache/out/p/a/x/x'), 'good\n');
});

const failures: { [what: string]: { stage: string; told: RegExp } } = {
  fails: {
    stage: 'run: "echo half > x; exit 1", out: { x: x }',
    told: /stage-failed: `a` ended with exit code 1/,
  },
  'is killed': {
    stage: 'run: "echo half > x; kill -9 $$", out: { x: x }',
    told: /stage-killed: `a` was killed by SIGKILL/,
  },
  'takes too long': {
    stage: 'run: "echo half > x; sleep 60", timeout: 200ms, out: { x: x }',
    told: /p\.yaml:4:.* error stage-timeout: `a` took longer than its timeout of 0.2 s/,
  },
  'leaves no output': {
    stage: 'run: "true", out: { x: x }',
    told: /no-output: `a` ended well but left no `x`/,
  },
  'leaves an empty folder': { stage: 'run: "mkdir x", out: { x: x }', told: /no-output/ },
  'is no program': { stage: 'run: [no-such-program], out: { x: x }', told: /could not be started/ },
};
for (const [what, { stage, told }] of Object.entries(failures)) {
  test(`a stage that ${what} leaves no result`, (t) => {
    const project = makeProject(t, { 'p.yaml': pipeline(stage) });
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1, err);
    assert.match(err, told);
    assert.equal(existsSync(join(project.folder, 'cache/out/p/a')), false);
    assert.match(project.pipe('plan', 'p.yaml').out, /a +run/);
  });
}

test('an input that is not there is told at its place before anything runs, what is cached needs none', (t) => {
  const before = '  first: { kind: command, run: "echo 1 > x", out: { x: x } }\n';
  const text = `${pipeline('run: "cat data/b > x", in: { data: data }, out: { x: x }')}${before}`;
  const project = makeProject(t, { 'p.yaml': text });
  for (const command of ['run', 'plan']) {
    const { code, err } = project.pipe(command, 'p.yaml');
    assert.equal(code, 2);
    assert.match(err, /p\.yaml:4:\d+ error missing-input: `a` takes `data`, which is not there/);
  }
  assert.equal(existsSync(join(project.folder, 'cache/out/p/first')), false);
  project.write('data/b', '1');
  project.run('p.yaml');
  const kept = text.replace('in: { data: data }', 'in: { data: "da*" }');
  project.write('p.yaml', kept);
  assert.match(
    project.pipe('plan', 'p.yaml').err,
    /takes `da\*`[\s\S]*name the folder, and leave files out by `ignore`/,
  );
});

test('an input that an earlier stage may leave in the project is waited for; the graph is drawn without it', (t) => {
  const project = makeProject(t, {});
  const made = join(project.folder, 'made');
  const stages = `version: 1\nname: p\nstages:
  one: { kind: command, run: "echo 1 > ${made}; echo x > x", out: { x: x } }
  two: { kind: command, run: "cat made > x", in: { one: one.x, made: made }, out: { x: x } }
`;
  project.write('p.yaml', stages);
  assert.equal(project.pipe('graph', 'p.yaml').code, 0);
  assert.deepEqual(project.run('p.yaml'), { one: 'ran', two: 'ran' });
});

test('with --verbose a run shows what stages print', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('run: "echo hello >&2; echo x > x", out: { x: x }') });
  assert.doesNotMatch(project.pipe('run', 'p.yaml').err, /hello/);
  assert.match(project.pipe('run', 'p.yaml', '--rerun', 'a', '--verbose').err, /^ {4}a {2}│ hello$/m);
});

test('a program whose starter is killed fails at once and does not go on', (t) => {
  const project = makeProject(t, {});
  const late = join(project.folder, 'late');
  project.write(
    'p.yaml',
    pipeline(`run: "sleep 0.5; kill -9 $PPID; sleep 10; echo > ${late}; echo > x", out: { x: x }`),
  );
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1, err);
  assert.match(err, /stage-killed: `a` was killed by SIGKILL/);
  assert.equal(existsSync(late), false);
});

test('all that a program prints is kept, however much it is and whether or not its last line has an end', (t) => {
  const line = '1234567890'.repeat(10);
  const run = `yes ${line} | head -n 500000; printf last; exit 1`;
  const project = makeProject(t, { 'p.yaml': pipeline(`run: "${run}", out: { x: x }`) });
  const { err } = project.pipe('run', 'p.yaml');
  assert.match(err, /\| 1234567890\d*\n {2}\| last\n/);
  const lines = project.read('cache/logs/p/a.log').split('\n');
  assert.equal(lines.length, 500_001);
  assert.equal(lines.filter((one) => one === line).length, 500_000);
  assert.equal(lines.at(-1), 'last');
});

test('a stage is tried again as often as `retries` says, and what it then leaves counts', (t) => {
  const count = 'echo . >> $LANG; test $(wc -l < $LANG) -ge 2';
  const stage = `run: "${count} && echo done > x", retries: 1, out: { x: x }`;
  const project = makeProject(t, { 'p.yaml': pipeline(stage) }, { LANG: '/dev/null' });
  const tries = join(project.folder, 'tries');
  project.write('p.yaml', pipeline(stage.replaceAll('$LANG', tries)));
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 0, err);
  assert.match(err, /a +failed, is tried again in 1 s \(1 left\): `a` ended with exit code 1/);
  assert.equal(project.read('cache/out/p/a/x/x'), 'done\n');
  assert.equal(readFileSync(tries, 'utf8'), '.\n.\n');
});

test('timeout, retries, resources and mutex are no reason to run again', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('run: "date +%N > x", out: { x: x }') });
  project.run('p.yaml');
  project.write(
    'p.yaml',
    pipeline(
      'run: "date +%N > x", out: { x: x }, timeout: 1h, retries: 3, mutex: [m], resources: { cpu: 2, memory: 1MB }',
    ),
  );
  assert.deepEqual(project.run('p.yaml'), { a: 'cached' });
});
