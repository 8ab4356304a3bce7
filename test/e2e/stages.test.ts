import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject, outcomes } from '../rig/project.ts';

const file = (stages: string): string => `version: 1\nname: programs\nstages:\n${stages}`;

test('a program gets its declared inputs and environment and nothing else, and gives its declared outputs', (t) => {
  const project = makeProject(
    t,
    {
      'p.yaml':
        file(`  list: { kind: command, run: "ls > seen.txt; env | cut -d= -f1 | sort > env.txt; mkdir more; echo x > more/x", in: { words: data/words.txt }, env: [COLOUR], out: { seen: seen.txt, env: env.txt, more: more } }
  copy: { kind: command, run: [cp, seen/seen.txt, copy.txt], in: { seen: list.seen }, out: { copy: copy.txt } }
`),
      'data/words.txt': 'a',
      'other.txt': 'not declared',
    },
    { COLOUR: 'red', SECRET: 'x' },
  );
  project.run('p.yaml');
  assert.equal(
    project.read('cache/out/programs/copy/copy/copy.txt'),
    'data\nenv.txt\nseen.txt\n'.replace('env.txt\n', ''),
  );
  const env = project.read('cache/out/programs/list/env/env.txt').split('\n');
  assert.ok(env.includes('COLOUR') && env.includes('PATH'));
  assert.ok(!env.includes('SECRET'));
});

test('a stage that fails, crashes or leaves no output is told as such, and what depends on it is skipped', (t) => {
  const cases: readonly (readonly [run: string, told: RegExp])[] = [
    [
      'echo so far; echo the reason >&2; exit 3',
      /p\.yaml:4:3 error stage-failed: `bad` ended with exit code 3\n(.*\n)* {2}\| the reason/,
    ],
    ['kill -9 $$', /error stage-killed: `bad` was killed by SIGKILL/],
    ['true', /error no-output: `bad` ended well but left no `b.txt`/],
  ];
  for (const [run, told] of cases) {
    const project = makeProject(t, {
      'p.yaml': file(`  bad: { kind: command, run: ${JSON.stringify(run)}, out: { b: b.txt } }
  next: { kind: command, run: "cat b/b.txt > c.txt", in: { b: bad.b }, out: { c: c.txt } }
`),
    });
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    assert.match(err, told);
    assert.match(err, /○ next +skipped +waits for bad/);
  }
});

test('--keep-going goes on with what does not depend on a failure; without it nothing new is begun', (t) => {
  const project = makeProject(t, {
    'p.yaml': file(`  bad: { kind: command, run: "exit 1", out: { b: b.txt } }
  good: { kind: command, run: "echo g > g.txt", out: { g: g.txt } }
`),
  });
  const stopped = project.pipe('run', 'p.yaml', '--jobs', '1', '--json');
  assert.equal(stopped.code, 1);
  assert.deepEqual(outcomes(stopped.out), { bad: 'failed', good: 'skipped' });
  const kept = project.pipe('run', 'p.yaml', '--jobs', '1', '--keep-going', '--json');
  assert.equal(kept.code, 1);
  assert.deepEqual(outcomes(kept.out), { bad: 'failed', good: 'ran' });
});

test('independent stages run at the same time within --jobs', (t) => {
  // Each waits until it has seen the other: that ends only when both run at once.
  const stage = (own: string, other: string): string =>
    `{ kind: command, run: "touch $MEET/${own}; i=0; while [ ! -e $MEET/${other} ]; do sleep 0.05; i=$((i+1)); [ $i -lt 100 ] || exit 1; done; echo met > o.txt", env: [MEET], out: { o: o.txt } }`;
  const text = file(`  a: ${stage('a', 'b')}\n  b: ${stage('b', 'a')}\n`);
  const meeting = makeProject(t, {});
  const project = makeProject(t, { 'p.yaml': text }, { MEET: meeting.folder });
  assert.deepEqual(project.run('p.yaml', '--jobs', '2'), { a: 'ran', b: 'ran' });
});
