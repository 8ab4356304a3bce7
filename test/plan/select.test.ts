import assert from 'node:assert/strict';
import { test } from 'node:test';
import { due } from '../rig/plan.ts';
import { makeProject, ran } from '../rig/project.ts';

/** a → b → c, and d beside them. What a stage gives is the count of its runs. */
const chain = (policy = ''): string => `version: 1
name: chain
stages:
  a: { kind: command, run: "echo a > o", out: { o: o } }
  b: { kind: command, run: "date +%N > o", in: { a: a.o }, out: { o: o }${policy} }
  c: { kind: command, run: "cat b/o > o", in: { b: b.o }, out: { o: o } }
  d: { kind: command, run: "echo d > o", out: { o: o } }
`;

test('--until runs a stage and what it needs, --from a stage and what needs it', (t) => {
  const project = makeProject(t, { 'p.yaml': chain() });
  assert.deepEqual(ran(project.run('p.yaml', '--until', 'b')), ['a', 'b']);
  assert.deepEqual(Object.keys(project.run('p.yaml', '--from', 'b')), ['a', 'b', 'c']);
  assert.deepEqual(ran(project.run('p.yaml')), ['d']);
  const { code, err } = project.pipe('run', 'p.yaml', '--from', 'c', '--set', 'a.run=echo e > o');
  assert.equal(code, 2);
  assert.match(
    err,
    /error not-cached: `a` comes before --from and is not in the cache: param run echo a > o → echo e > o \(--set a\.run=echo e > o\)\n(.*\n)* *.*run without --from, or begin earlier/,
  );
  assert.match(err, /`b` comes before --from and is not in the cache: depends on a/);
});

test('--rerun runs a stage that is cached; what depends on it follows where its bytes differ', (t) => {
  const project = makeProject(t, { 'p.yaml': chain() });
  project.run('p.yaml');
  assert.deepEqual(ran(project.run('p.yaml', '--rerun', 'a')), ['a'], 'the same bytes stop the wave');
  assert.deepEqual(ran(project.run('p.yaml', '--rerun', 'b', 'd')), ['b', 'c', 'd']);
  assert.deepEqual(ran(project.run('p.yaml')), []);
});

test('--dry-run tells what would run, by the same choice, and runs nothing', (t) => {
  const project = makeProject(t, { 'p.yaml': chain() });
  const dry = project.pipe('run', 'p.yaml', '--until', 'b', '--dry-run');
  assert.equal(dry.code, 0);
  assert.equal(
    dry.out,
    'stage  plan     why\na      run      never run\nb      depends  depends on a\n\n1 to run and up to 1 that depends on it, 0 cached\n',
  );
  assert.equal(project.pipe('plan', 'p.yaml', 'b').out, dry.out);
  assert.equal(project.pipe('runs', '--json').out, '');
  project.run('p.yaml');
  const again = project.pipe('run', 'p.yaml', '--dry-run', '--rerun', 'b');
  assert.match(again.out, /^b +run +asked for by --rerun +about 0\.\d s$/m);
  assert.match(again.out, /^1 to run and up to 1 that depends on it, 2 cached · at most about 0\.\d s$/m);
});

test('a stage that the file does not have is named with the likely one', (t) => {
  const project = makeProject(t, { 'p.yaml': chain().replaceAll(' c:', ' count:') });
  for (const call of [
    ['run', 'p.yaml', '--until', 'cuont'],
    ['run', 'p.yaml', '--from', 'cuont'],
    ['run', 'p.yaml', '--rerun', 'cuont'],
    ['plan', 'p.yaml', 'cuont'],
    ['why', 'p.yaml', 'cuont'],
  ]) {
    const { code, err, out } = project.pipe(...call);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.equal(err, 'error no-such-stage: `p.yaml` has no stage `cuont`\n   fix: did you mean `count`?\n');
  }
  assert.match(
    project.pipe('run', 'p.yaml', '--from', 'd', '--until', 'b').err,
    /error nothing-selected: nothing lies between d and b/,
  );
  assert.match(
    project.pipe('run', 'p.yaml', '--until', 'b', '--rerun', 'd').err,
    /error nothing-selected: `--rerun d` names a stage that --until and --from leave out/,
  );
});

test('`cache: never` runs a stage each time, `ttl` when its result is too old, and neither counts as a change', (t) => {
  const project = makeProject(t, { 'p.yaml': chain(', cache: never') });
  project.run('p.yaml');
  assert.deepEqual(due(project), { b: 'run: cache: never', c: 'depends: depends on b' });
  assert.deepEqual(ran(project.run('p.yaml')), ['b', 'c']);
  project.write('p.yaml', chain(', cache: always'));
  assert.deepEqual(due(project), {}, 'the last result is kept, the policy is no part of the fingerprint');
  project.write('p.yaml', chain(', cache: { ttl: 1d }'));
  assert.deepEqual(due(project), {});
  project.write('p.yaml', chain(', cache: { ttl: 1ms }'));
  assert.equal(due(project).b, 'run: its result is older than 1ms');
  assert.deepEqual(ran(project.run('p.yaml')), ['b', 'c']);
});

test('a stage with a matrix is named as a whole or cell by cell', (t) => {
  const cells = chain(', matrix: { n: [1, 2] }')
    .replace('date +%N > o', 'echo ${matrix.n} > o')
    .replace('cat b/o', 'cat b/*/o')
    .replace('{ b: b.o }', '{ b: [b] }');
  const project = makeProject(t, { 'p.yaml': cells });
  assert.deepEqual(ran(project.run('p.yaml', '--until', 'b[n=2]')), ['a', 'b[n=2]']);
  assert.deepEqual(ran(project.run('p.yaml', '--until', 'b')), ['b[n=1]']);
});

test('cells are named as in a file: axes in any order, and one of several axes for all cells that have it', (t) => {
  const project = makeProject(t, {
    'p.yaml': `version: 1
name: cells
stages:
  s: { kind: command, matrix: { a: [1, 2], b: [1, 2] }, run: "echo \${matrix.a}\${matrix.b} > o", out: { o: o } }
`,
  });
  assert.deepEqual(ran(project.run('p.yaml', '--until', 's[b=1,a=2]')), ['s[a=2,b=1]']);
  assert.deepEqual(Object.keys(project.run('p.yaml', '--until', 's[a=2]')), ['s[a=2,b=1]', 's[a=2,b=2]']);
  assert.equal(project.pipe('plan', 'p.yaml', 's[a=3]').code, 2);
});

test('a name that no folder could have is told before anything runs', (t) => {
  const axes = Array.from({ length: 6 }, (_, i) => `${'x'.repeat(8)}${i}: [${'y'.repeat(35)}, b]`).join(', ');
  const project = makeProject(t, {
    'p.yaml': `version: 1\nname: long\nstages:\n  s: { kind: command, matrix: { ${axes} }, run: "echo > o", out: { o: o } }\n`,
  });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /error invalid-value: `s\[x{8}0=y+…` has 278 letters; a folder is called like it, and may have 220/,
  );
});
