import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { due } from '../rig/plan.ts';
import { changedProgram } from '../rig/program.ts';
import { makeProject, type Project } from '../rig/project.ts';
import { small } from '../rig/small.ts';

const words = `version: 1
name: words
vars: { order: "" }
stages:
  sort:
    kind: command
    run: "sort \${order} words.txt > sorted.txt"
    in: { words: words.txt }
    out: { sorted: sorted.txt }
    env: [LIMIT]
  count:
    kind: command
    run: [cp, -f, sorted/sorted.txt, lines.txt]
    in: { sorted: sort.sorted }
    out: { lines: lines.txt }
  other:
    kind: command
    run: rev words.txt > reversed.txt
    in: { words: words.txt }
    out: { reversed: reversed.txt }
`;
const start = { 'p.yaml': words, 'words.txt': 'b\na\n' };

/** Files under a folder of the cache. */
const filesIn = (project: Project, folder: string): string[] =>
  readdirSync(join(project.folder, 'cache', folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('a plan names the param, file, variable or reference that changed, and where', (t) => {
  const project = makeProject(t, start, { LIMIT: '1' });
  const edited = (from: string, to: string, ...args: string[]): { [stage: string]: string } => {
    project.write('p.yaml', words.replace(from, to));
    return due(project, ...args);
  };
  const count = 'depends: depends on sort';
  assert.deepEqual(due(project), { sort: 'run: never run', count, other: 'run: never run' });
  project.run('p.yaml');
  assert.deepEqual(due(project), {});
  const sorted = 'param run sort  words.txt > sorted.txt → sort -r words.txt > sorted.txt';
  assert.deepEqual(edited('order: ""', 'order: -r'), { sort: `run: ${sorted} (p.yaml:7:10)`, count });
  assert.deepEqual(edited('', '', '--set', 'vars.order=-r'), {
    sort: `run: ${sorted} (p.yaml:7:10)`,
    count,
  });
  assert.deepEqual(edited('[cp, -f, ', '[cp, -p, -f, '), {
    count: 'run: param run.1 -p added (p.yaml:13:15)',
  });
  assert.deepEqual(edited('[LIMIT]', '[LIMIT, LANG]'), {
    sort: 'run: param env.1 LANG added (p.yaml:10:18), environment variable LANG added',
    count,
  });
  assert.deepEqual(edited('sort.sorted', 'other.reversed'), {
    count: 'run: param in.sorted sort.sorted → other.reversed (p.yaml:14:19)',
  });
  assert.deepEqual(edited('in: { words: words.txt }\n    out: { rev', 'in: {}\n    out: { rev'), {
    other: 'run: param in.words words.txt removed (p.yaml:19:5), file words.txt removed',
  });
  project.write('words.txt', 'b\na\nc\n');
  assert.deepEqual(edited('', ''), {
    sort: 'run: file words.txt changed',
    count,
    other: 'run: file words.txt changed',
  });
});

test('a plan says which stage gave other content, also when that stage is cached by now', (t) => {
  const project = makeProject(t, start);
  project.run('p.yaml');
  project.write('words.txt', 'c\nb\na\n');
  project.run('p.yaml', '--until', 'sort');
  assert.deepEqual(due(project, 'count'), {
    count: 'run: input `in.sorted` changed: sort gives something else',
  });
});

test('what is known of a stage that waits for another is told with it', (t) => {
  const project = makeProject(t, start);
  project.run('p.yaml');
  project.write('p.yaml', words.replace('order: ""', 'order: -r').replace('-f, sorted', '-p, sorted'));
  assert.equal(due(project).count, 'depends: depends on sort; param run.1 -f → -p (p.yaml:13:15)');
});

test('a result that is gone, damaged or refused is told apart from one that never was', (t) => {
  const project = makeProject(t, start);
  project.run('p.yaml');
  const lost = (): string | undefined => due(project, 'other').other;
  const reversed = project.hashes('cache/out/words')['other/reversed/reversed.txt'] ?? '';
  rmSync(join(project.folder, 'cache/objects', reversed.slice(0, 2), reversed.slice(2)), { force: true });
  assert.equal(lost(), 'run: its output `reversed` is missing or damaged in the cache');
  project.run('p.yaml');
  for (const file of filesIn(project, 'index/results')) rmSync(file);
  assert.equal(lost(), 'run: its result is gone from the cache');
  project.write('words.txt', 'c\n');
  assert.equal(lost(), 'run: changed, and the last result is gone from the cache');
});

test('a stage that failed or was interrupted runs for that', (t) => {
  const project = makeProject(t, { ...start, 'p.yaml': words.replace('rev words.txt', 'exit 3') });
  assert.equal(project.pipe('run', 'p.yaml').code, 1);
  assert.equal(due(project, 'other').other, 'run: failed in the last run');
});

test('a stage of another kind, and a stage of this name of another pipeline, are no earlier self', (t) => {
  const project = makeProject(t, start);
  project.run('p.yaml');
  project.write(
    'p.yaml',
    words
      .replace('other:\n    kind: command', 'other:\n    kind: download')
      .replace(
        '    run: rev words.txt > reversed.txt\n    in: { words: words.txt }\n    out: { reversed: reversed.txt }\n',
        '    dataset: shapes10\n',
      ),
  );
  assert.equal(due(project, 'other').other, 'run: kind command → download');
  project.write('p.yaml', words.replace('name: words', 'name: others'));
  assert.deepEqual(due(project), {}, 'the same work of another pipeline is cached');
  project.write('p.yaml', words.replace('name: words', 'name: others').replace('rev words', 'rev -V words'));
  assert.equal(due(project, 'other').other, 'run: never run');
});

test('a training tells its seed, its epochs and where it goes on, and takes only what its engine may give', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  project.run('p.yaml', '--engine', 'wasm', '--until', 'train');
  const planned = (...args: string[]): { [stage: string]: string } =>
    due(project, 'train', '--engine', 'wasm', ...args);
  assert.deepEqual(planned(), {});
  assert.equal(planned('--set', 'train.epochs=3').train, 'run: param epochs 2 → 3 (--set train.epochs=3)');
  const { out } = project.pipe('plan', 'p.yaml', 'train', '--engine', 'wasm', '--set', 'train.epochs=3');
  assert.match(out, /\(--set train\.epochs=3\), continues from epoch 2 +about \d/);
  assert.deepEqual(planned('--set', 'seed=8'), {
    download: 'run: seed 7 → 8',
    normalize: 'depends: depends on download',
    augment: 'depends: depends on normalize; seed 7 → 8',
    build: 'run: seed 7 → 8',
    train: 'depends: depends on build, augment; seed 7 → 8',
  });
  assert.equal(planned('--set', 'train.seed=9').train, 'run: seed 7 → 9 (--set train.seed=9)');
  assert.equal(
    planned('--set', 'train.optimizer={rmsprop: {learningRate: 5e-4, epsilon: 1e-8}}').train,
    'run: param optimizer.rmsprop.learningRate 0.001 → 0.0005 (--set train.optimizer={rmsprop: {learningRate: 5e-4, epsilon: 1e-8}}), param optimizer.rmsprop.epsilon 1e-7 → 1e-8 (--set train.optimizer={rmsprop: {learningRate: 5e-4, epsilon: 1e-8}})',
    'a param that was not written had its default',
  );
  assert.equal(
    planned('--set', 'train.optimizer={sgd: {}}').train,
    'run: param optimizer rmsprop → sgd (--set train.optimizer={sgd: {}})',
  );
});

test('an engine that is asked for by name takes its own results only, and the plan says what that costs', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const other = changedProgram(t, {
    'src/nn/wasm/describe.ts': [["library: 'tfjs 4.22.0'", "library: 'tfjs 5'"]],
  });
  spawnSync(process.execPath, [other, 'run', 'p.yaml', '--engine', 'wasm'], {
    cwd: project.folder,
    env: project.env,
  });
  assert.deepEqual(due(project, '--engine', 'wasm'), {
    train: 'run: engine wasm is asked for, its result is from wasm with library tfjs 5',
    evaluate: 'depends: depends on train',
    report: 'depends: depends on train, evaluate',
  });
  const { out } = project.pipe('plan', 'p.yaml', '--engine', 'wasm');
  assert.match(out, /^with `--engine auto` the cache would give train$/m);
  const computed = 'hit: cached, computed on wasm with library tfjs 5';
  assert.deepEqual(due(project), { train: computed, evaluate: computed });
});
