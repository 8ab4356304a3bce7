/** Records through the front door: every run leaves one, and they are listed, shown, named and removed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { idOf } from '../../src/experiments/make-record.ts';
import { makeProject } from '../rig/project.ts';

const pipeline = `version: 1
name: steps
stages:
  download: { dataset: shapes10, limit: { train: 40, test: 20 }, validation: 0.25 }
  normalize: { data: download, method: rescale }
  stop: { kind: command, run: "node step.mjs", in: { script: step.mjs }, out: { text: out.txt } }
`;
const trivial = `version: 1
name: trivial
stages:
  say: { kind: command, run: "printf x > x.txt", out: { text: x.txt } }
`;
const good = "import { writeFileSync } from 'node:fs'; writeFileSync('out.txt', 'x');";

test('a run leaves a whole record: commit, machine, versions, memory, reasons, places; a failed one says why', (t) => {
  const { pipe, write, folder } = makeProject(t, { 'steps.yaml': pipeline, 'step.mjs': good });
  const git = (...args: string[]): string =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout.trim();
  git('init', '-q');
  git('add', 'steps.yaml', 'step.mjs');
  git('commit', '-q', '-m', 'first');
  const first = pipe('run', 'steps.yaml', '--name', 'mine', '--set', 'normalize.method=standardize');
  assert.equal(first.code, 0, first.err);
  const record = JSON.parse(pipe('show', 'mine', '--json').out);
  assert.deepEqual(
    [record.name, record.outcome, record.sets],
    ['mine', 'done', ['normalize.method=standardize']],
  );
  assert.deepEqual(record.git, { commit: git('rev-parse', 'HEAD'), dirty: false });
  assert.equal(record.versions.node, process.version);
  assert.ok(record.peakMemory > 1e6 && record.machine.memory > 1e6);
  assert.equal(record.text, pipeline);
  const [download, normalize] = record.stages;
  assert.equal(download.reason, 'never run');
  assert.ok(download.peakMemory > 1e6);
  assert.equal(download.places['limit.train'], 'steps.yaml:4:50');
  assert.deepEqual(normalize.from, ['download']);

  write('step.mjs', 'process.exit(3)');
  assert.equal(pipe('run', 'steps.yaml').code, 1);
  const failed = JSON.parse(pipe('show', 'last', '--json').out);
  assert.deepEqual([failed.outcome, failed.git.dirty], ['failed', true]);
  const stop = failed.stages.find((stage: { name: string }) => stage.name === 'stop');
  assert.match(stop.error, /exit code 3/);
  assert.equal(failed.stages[0].outcome, 'cached');
});

test('a run whose process is killed has a record that says so', async (t) => {
  const project = makeProject(t, { 'steps.yaml': pipeline, 'step.mjs': 'setTimeout(() => {}, 60000)' });
  const running = project.start('run', 'steps.yaml', '--json');
  await running.event((event) => event.type === 'stage-start' && event.stage === 'stop');
  assert.match(project.pipe('runs').out, /steps +running/);
  running.signal('SIGKILL');
  await running.ended;
  assert.match(project.pipe('runs').out, /steps +died/);
  const [died, ...none] = project.pipe('runs', '--json', '--filter', 'outcome=died').out.trim().split('\n');
  assert.deepEqual([JSON.parse(died ?? '').outcome, none], ['died', []]);
  assert.equal(project.pipe('runs', '--json', '--filter', 'outcome=running').out, '');
  assert.match(project.pipe('runs', '--csv').out, /,steps,,died,/);
  assert.equal(JSON.parse(project.pipe('show', 'last', '--json').out).outcome, 'died');
  project.pipe('report', 'last', '--out', 'died.html');
  assert.match(project.read('died.html'), /outcome<\/td><td[^>]*>died</);
  const again = project.pipe('reproduce', 'last');
  assert.equal(again.code, 2, again.out);
  assert.match(
    again.err,
    /^error nothing-to-reproduce: run `[\w-]+` has left no result to compare with: died\n.*pipe run steps\.yaml$/m,
  );
});

test('the start of an id that several runs have is no run that is missing: they are named', (t) => {
  const { pipe } = makeProject(t, { 'p.yaml': trivial });
  pipe('run', 'p.yaml');
  pipe('run', 'p.yaml');
  const ids = pipe('runs', '--json')
    .out.trim()
    .split('\n')
    .map((line): string => JSON.parse(line).id);
  for (const call of [['show'], ['diff', 'last'], ['report'], ['runs', 'rm']]) {
    const { code, err } = pipe(...call, '2');
    assert.equal(code, 2);
    assert.match(err, new RegExp(`^error ambiguous-run: \`2\` starts 2 runs: ${ids.join(', ')}\n`));
  }
  assert.equal(pipe('show', ids[0]?.slice(0, -1) ?? '').code, 0);
});

test('runs are filtered, sorted, counted and given as JSON and CSV; a removed one is gone', (t) => {
  const { pipe, write } = makeProject(t, { 'steps.yaml': pipeline, 'step.mjs': good });
  pipe('run', 'steps.yaml', '--name', 'first');
  write('other.yaml', pipeline.replace('name: steps', 'name: other'));
  pipe('run', 'other.yaml', '--name', 'second');
  const names = (...args: string[]): string[] =>
    pipe('runs', '--json', ...args)
      .out.trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).name);
  assert.deepEqual(names(), ['second', 'first']);
  assert.deepEqual(names('--sort', 'name'), ['first', 'second']);
  assert.deepEqual(names('--sort', 'name', '--last', '1'), ['first']);
  assert.deepEqual(names('--filter', 'pipeline=steps', 'outcome=done'), ['first']);
  assert.deepEqual(names('--filter', 'download.rows>1000'), []);
  assert.deepEqual(names('--filter', 'download.rows>=60', 'ran>0'), ['first']);
  const [head, ...rows] = pipe('runs', '--csv').out.trim().split('\n');
  assert.match(
    head ?? '',
    /^run,name,pipeline,profile,outcome,started,seconds,ran,cached,failed,commit,dirty,download\.rows/,
  );
  assert.equal(rows.length, 2);
  const wrong = pipe('runs', '--filter', 'nothing');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /invalid-filter: `nothing` is no condition/);
  for (const [args, told] of [
    [
      ['--filter', 'download.rosw>1'],
      /unknown-value: runs have no value `download\.rosw`\n.*did you mean `download\.rows`/,
    ],
    [['--sort', '-secnods'], /unknown-value: runs have no value `secnods`\n.*did you mean `seconds`/],
    [['--sort', 'nonsense'], /unknown-value: runs have no value `nonsense`\n.*pipe runs --csv/],
    [['--filter', 'seconds>abc'], /invalid-filter: `seconds>abc` compares with what is no number/],
    [['--filter', 'seconds<='], /invalid-filter: `seconds<=` compares with what is no number/],
  ] as const) {
    const { code, out, err } = pipe('runs', ...args);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, told);
  }
  assert.equal(pipe('runs', 'rm', 'first').code, 0);
  assert.deepEqual(names(), ['second']);
  assert.equal(pipe('show', 'first').code, 2);
});

test("a stage's name shows its last run, with the place of each param", (t) => {
  const { pipe } = makeProject(t, { 'steps.yaml': pipeline, 'step.mjs': good });
  pipe('run', 'steps.yaml');
  const { out } = pipe('show', 'normalize');
  assert.match(out, /^stage +normalize$/m);
  assert.match(out, /^method +"rescale" +steps\.yaml:5:\d+$/m);
  assert.match(out, /^perChannel +false +default$/m);
  const { code, err } = pipe('show', 'normalise');
  assert.equal(code, 2);
  assert.match(err, /no run and no stage `normalise`\n.*did you mean `normalize`\?/);
});

test('a name that the newest run has for several stages is not taken for an older one of another pipeline', (t) => {
  const command = (more: string): string => `{ kind: command, run: "echo x > x", out: { x: x }${more} }`;
  const file = (name: string, more: string): string =>
    `version: 1\nname: ${name}\nstages: { a: ${command(more)} }\n`;
  const { pipe } = makeProject(t, {
    'one.yaml': file('one', ''),
    'two.yaml': file('two', ', matrix: { n: [1, 2] }, env: ["N${matrix.n}"]'),
  });
  pipe('run', 'one.yaml');
  assert.equal(pipe('show', 'a').code, 0);
  pipe('run', 'two.yaml');
  const { code, err } = pipe('show', 'a');
  assert.equal(code, 2);
  assert.match(err, /`a` is the name of several stages\n.*name one: 'a\[n=1\]', 'a\[n=2\]'/);
});

test('what a program printed or a param holds moves no cursor and paints nothing when it is shown', (t) => {
  const { pipe } = makeProject(t, {
    'p.yaml': `version: 1
name: p
stages:
  f: { kind: command, run: "printf '\\\\033[31mred'; exit 3 # \\u001b[2J", out: { text: x.txt } }
`,
  });
  pipe('run', 'p.yaml');
  const { out } = pipe('show', 'f');
  assert.match(out, /\| \\u\{1b\}\[31mred/);
  assert.match(out, /^run +.*\\u001b\[2J/m);
  for (const text of [out, pipe('show', 'last').out]) assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
});

test('show tells why a stage ran apart from how it ended; what was set has no line; where nothing computes there is no engine', (t) => {
  const { pipe } = makeProject(t, { 'steps.yaml': pipeline, 'step.mjs': 'process.exit(3)' });
  const set = ['--set', 'download.limit.test=21'];
  pipe('run', 'steps.yaml', ...set);
  pipe('run', 'steps.yaml', ...set);
  assert.match(
    pipe('show', 'stop').out,
    /^outcome +failed in [\d.]+ s\nwhy it ran +failed in the last run\nresult +/m,
  );
  assert.match(pipe('show', 'download').out, /^limit\.test +21 +--set download\.limit\.test=21$/m);
  assert.match(pipe('show', 'last').out, /^engine +engine none$/m);
});

test('what is kept of records can be lost, and a damaged record is not listed', (t) => {
  const { pipe, write, read, folder } = makeProject(t, { 'steps.yaml': pipeline, 'step.mjs': good });
  pipe('run', 'steps.yaml');
  const before = pipe('runs', '--json').out;
  assert.ok(readdirSync(join(folder, 'cache/runs')).includes('.heads.json'));
  write('cache/runs/.heads.json', 'noise');
  assert.equal(pipe('runs', '--json').out, before);
  const file = `cache/runs/${JSON.parse(before).id}.json`;
  write(file, read(file).replace('"done"', '"failed"'));
  assert.equal(pipe('runs', '--json').out, '');
});

test('ids of runs sort by their time, also within a second', () => {
  const ids = [0, 1, 2, 500, 998, 999].map((ms) => idOf(new Date(1_800_000_000_000 + ms)));
  assert.deepEqual(ids.toSorted(), ids);
  for (const id of ids) assert.match(id, /^\d{8}-\d{6}-[0-9a-f]{4}$/);
});
