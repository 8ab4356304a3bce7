/** The cache kept in hand: what goes, what stays, what is mended; through the real command. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventsIn, makeProject, type Project } from '../rig/project.ts';

const pipeline = (word: string): string => `version: 1
name: p
stages:
  a: { kind: command, run: "echo ${word} > x", out: { x: x } }
  b: { kind: command, run: "cat x/x x/x > y", in: { x: a.x }, out: { y: y } }
`;

test('a collection shows what would go and touches nothing; with --delete it goes, and what is needed stays', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  project.write('p.yaml', pipeline('two'));
  project.run('p.yaml');
  age(project);
  const limits = ['--keep-runs', '0', '--max-age', '0d'];
  const before = objects(project);
  const dry = project.pipe('cache', 'gc', ...limits);
  assert.match(
    dry.out,
    /^would remove 2 results, 0 checkpoints, 3 objects: \d+ B\nwould leave \d+ B\nnothing was touched: --delete does it\n$/,
  );
  assert.deepEqual(objects(project), before);
  assert.match(project.pipe('cache', 'gc', ...limits, '--delete').out, /^removed 2 results/);
  assert.equal(objects(project).length, before.length - 3);
  // What the pipeline in the folder needs is there; what only an older one needed has to run again.
  assert.deepEqual(project.run('p.yaml'), { a: 'cached', b: 'cached' });
  assert.match(project.pipe('cache', 'verify').out, /all whole/);
  project.write('p.yaml', pipeline('one'));
  assert.deepEqual(project.run('p.yaml'), { a: 'ran', b: 'ran' });
});

test('the newest runs of each pipeline stay, and a size takes the oldest first', (t) => {
  const project = makeProject(t, {});
  for (const word of ['one', 'two', 'three']) {
    project.write('p.yaml', pipeline(word));
    project.run('p.yaml');
  }
  rmSync(join(project.folder, 'p.yaml'));
  age(project);
  const goes = (...args: string[]): number =>
    JSON.parse(project.pipe('cache', 'gc', '--json', ...args).out).goes.length;
  assert.equal(goes('--keep-runs', '2', '--max-age', '0d'), 2);
  assert.equal(goes('--keep-runs', '0', '--max-age', '0d'), 6);
  assert.equal(goes('--keep-runs', '0', '--max-age', '14d'), 0);
  assert.equal(goes('--keep-runs', '0', '--max-size', '1B'), 6);
  assert.equal(goes('--keep-runs', '0', '--max-size', '1GB'), 0);
  const wrong = project.pipe('cache', 'gc', '--max-size', '10');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /invalid-cache-limit: `--max-size 10` .*\n.*--max-size 10GB/);
});

test('what is too new to go counts as left, and against the size that is asked for', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  rmSync(join(project.folder, 'p.yaml'));
  const all: number = JSON.parse(project.pipe('cache', '--json').out).bytes;
  const limits = ['--keep-runs', '0', '--max-age', '0s', '--max-size', '1B'];
  const { out, err } = project.pipe('cache', 'gc', ...limits, '--delete');
  assert.equal(
    out,
    `removed 2 results, 0 checkpoints, 0 objects: 0 B\nleft ${all} B, of which ${all} B are too new to go\n`,
  );
  assert.match(err, /more than --max-size is left: what is less than an hour old stays/);
  assert.equal(JSON.parse(project.pipe('cache', '--json').out).bytes, all);
  age(project);
  const later = project.pipe('cache', 'gc', ...limits, '--delete');
  assert.match(later.out, new RegExp(`objects: ${all} B\nleft 0 B\n$`));
  assert.equal(later.err, '');
});

test('a collection says nothing of files for which it keeps nothing, however many and however wrong they are', (t) => {
  const profiles = Array.from({ length: 12 }, (_, i) => `p${i}: { vars: { word: w${i} } }`).join(', ');
  const text = `vars: { word: one }\nprofiles: { ${profiles} }\nstages:`;
  const project = makeProject(t, {
    'p.yaml': pipeline(`\${word}`).replace('stages:', text),
    'warned.yaml': pipeline('one').replace('name: p', 'name: warned\nvars: { unused: 1 }'),
    'never-run.yaml': 'version: 1\nname: broken\nstages: { a: { kind: comand } }\n',
  });
  project.run('p.yaml');
  const { code, err } = project.pipe('cache', 'gc');
  assert.deepEqual([code, err], [0, '']);
});

test('what a pipeline needs stays: also of a file that is no YAML just now, and what values of stages decide', (t) => {
  const later = `version: 1
name: later
stages:
  count: { kind: ./count.ts }
  made: { kind: ./count.ts, cache: never }
  use: { kind: ./count.ts, times: "\${stages.count.n}" }
  last: { kind: command, run: "cat in/x > y", in: { in: made.x }, out: { y: y } }
`;
  const project = makeProject(t, {
    'p.yaml': pipeline('one'),
    'later.yaml': later,
    'count.ts':
      "import { writeFileSync } from 'node:fs';\nexport const run = (context) => {\n  writeFileSync(`${context.outDir('x')}/x`, `${context.params.times}`);\n  return { summary: '', values: { n: 2 } };\n};\n",
    'count.schema.json': JSON.stringify({
      ...{ title: 'Count', description: 'count', type: 'object', additionalProperties: false },
      properties: { times: { type: ['integer', 'string'], default: 1 } },
      'x-outputs': { x: { type: 'files', description: 'a file' } },
      'x-values': { n: 'number' },
    }),
  });
  project.run('p.yaml');
  project.run('later.yaml');
  age(project);
  project.write('p.yaml', `${pipeline('one')}\n  : [`);
  const { out, err } = project.pipe('cache', 'gc', '--json', '--keep-runs', '0', '--max-age', '0d');
  assert.deepEqual(JSON.parse(out).goes, []);
  assert.match(err, /p\.yaml/);
});

test('a result that lacks an output is told with its place; of its file a collection takes nothing', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  project.write('p.yaml', pipeline('two'));
  project.run('p.yaml');
  project.write('q.yaml', pipeline('three').replace('name: p', 'name: q'));
  project.run('q.yaml');
  rmSync(join(project.folder, 'q.yaml'));
  age(project);
  for (const file of entriesOf(project)) dropOutput(file, 'x');
  const { code, err } = project.pipe('plan', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /^p\.yaml:5:56 error no-output: the result of `a` that the cache holds has no output `x`\n.*\n.*--rerun a\n/,
  );
  assert.match(project.pipe('run', 'p.yaml').err, /error no-output: the result of `a`/);
  const { out, err: told } = project.pipe('cache', 'gc', '--keep-runs', '0', '--max-age', '0d', '--delete');
  assert.match(
    told,
    /error no-output: .*\n[\s\S]*\np\.yaml can't be planned: everything that p has needed so far stays\n/,
  );
  assert.match(out, /^removed 2 results/, 'those of q');
  project.write('p.yaml', 'version: 1\nname: p\nstages: { a: { kind: comand } }\n');
  const again = project.pipe('cache', 'gc', '--keep-runs', '0', '--max-age', '0d', '--delete');
  assert.match(again.err, /error unknown-kind: [\s\S]*\np\.yaml can't be planned/);
  assert.match(again.out, /^removed 0 results/);
});

test('collections beside running processes take nothing from them', async (t) => {
  const project = makeProject(t, { 'q.yaml': pipeline('other').replace('name: p', 'name: q') });
  for (let round = 0; round < (process.env.PIPE_SOAK ? 30 : 3); round++) {
    project.write('p.yaml', pipeline(`word ${round % 2}`));
    age(project);
    const runs = [
      project.start('run', 'p.yaml'),
      project.start('cache', 'gc', '--keep-runs', '0', '--max-age', '0d', '--delete'),
      project.start('run', 'q.yaml'),
      project.start('cache', 'gc', '--keep-runs', '0', '--max-size', '1B', '--delete'),
    ];
    // Two collections at the same moment are one too many.
    for (const { code, err } of await Promise.all(runs.map((one) => one.ended)))
      if (!/cache-busy/.test(err)) assert.equal(code, 0, err);
    assert.equal(project.read('cache/out/p/b/y/y'), `word ${round % 2}\nword ${round % 2}\n`);
    assert.equal(project.read('cache/out/q/b/y/y'), 'other\nother\n');
  }
  assert.match(project.pipe('cache', 'verify').out, /all whole/);
});

test('verify finds every damage, mends from what was brought out, and says what will run again', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  const [a, b] = ['one\n', 'one\none\n'].map((text) => objectOf(project, text));
  flip(a ?? '');
  flip(b ?? '');
  rmSync(join(project.folder, 'cache/out/p/b'), { recursive: true });
  const { code, out } = project.pipe('cache', 'verify');
  assert.equal(code, 1);
  assert.match(out, /has other bytes than its name says: mended from its copy under out\//);
  assert.match(out, /has other bytes than its name says: removed: p\/b will run again/);
  assert.match(out, /4 objects .* and 2 entries: 2 damaged/);
  assert.deepEqual(project.run('p.yaml'), { a: 'cached', b: 'ran' });
  assert.equal(project.pipe('cache', 'verify').code, 0);
});

test('verify mends an object whose whole folder is gone', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  rmSync(join(project.folder, 'cache/objects'), { recursive: true });
  const { code, err } = project.pipe('cache', 'verify');
  assert.notEqual(code, 2, err);
  assert.doesNotMatch(err, /fault of the program/);
  assert.match(project.pipe('cache', 'verify').out, /all whole/);
});

test('verify removes what can not be read of the index, and sets damaged records aside', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  const under = (path: string): string[] =>
    readdirSync(join(project.folder, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const entry = under('cache/index/results')[0] ?? '';
  const record = under('cache/runs')[0] ?? '';
  for (const file of [entry, record])
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version"', '"versiom"'));
  assert.match(project.pipe('runs').out, /no runs yet/);
  const { code, out } = project.pipe('cache', 'verify');
  assert.equal(code, 1);
  assert.match(out, /index\/results\/.* can not be read: removed/);
  assert.match(out, /runs\/.* can not be read: set aside as .*\.damaged/);
  assert.equal(existsSync(record), false);
  assert.ok(Object.values(project.run('p.yaml')).includes('ran'));
});

test('an output edited under out, by hand or by a command as root through a hard link, is never used', (t) => {
  const big = 'head -c 9000000 /dev/zero > z';
  const text = `version: 1
name: p
stages:
  a: { kind: command, run: "${big}", out: { z: z } }
  b: { kind: command, run: "cksum < z/z > y", in: { z: a.z }, out: { y: y } }
`;
  const project = makeProject(t, { 'p.yaml': text });
  project.run('p.yaml');
  const right = project.read('cache/out/p/b/y/y');
  const file = join(project.folder, 'cache/out/p/a/z/z');
  const { atime, mtime } = statSync(file);
  flip(file);
  utimesSync(file, atime, mtime);
  project.write('p.yaml', text.replace('cksum <', 'cksum  <'));
  const again = project.run('p.yaml');
  assert.equal(again.b, 'ran');
  assert.equal(project.read('cache/out/p/b/y/y'), right);
  assert.equal(
    readFileSync(file).every((byte) => byte === 0),
    true,
  );
});

test('a run’s outputs are put back; what the cache no longer holds is named', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  const end = eventsIn(project.pipe('run', 'p.yaml', '--json').out).find(({ type }) => type === 'run-end');
  const first = end?.type === 'run-end' ? end.record : '';
  project.write('p.yaml', pipeline('two'));
  project.run('p.yaml');
  assert.equal(project.pipe('checkout', first).code, 0);
  assert.equal(project.read('cache/out/p/b/y/y'), 'one\none\n');
  rmSync(objectOf(project, 'one\n'));
  const { code, err } = project.pipe('checkout', first);
  assert.equal(code, 1);
  assert.match(err, /result-gone: the cache no longer holds what `a` gave in .*\n.*pipe run p\.yaml/);
  assert.equal(project.read('cache/out/p/b/y/y'), 'one\none\n');
});

test('files of the system’s own in the cache’s folders trouble nobody', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  const folders = [
    'objects',
    'index',
    'index/results',
    'index/checkpoints',
    'leases',
    'logs',
    'runs',
    'memory',
  ];
  for (const folder of ['', 'out', 'out/p', 'work', 'downloads', ...folders])
    project.write(join('cache', folder, '.DS_Store'), 'x');
  for (const command of [
    ['cache'],
    ['cache', 'gc', '--delete'],
    ['cache', 'verify'],
    ['runs'],
    ['plan', 'p.yaml'],
  ]) {
    const { code, err } = project.pipe(...command);
    assert.equal(code, 0, `${command.join(' ')}: ${err}`);
  }
  assert.deepEqual(project.run('p.yaml'), { a: 'cached', b: 'cached' });
});

test('`pipe cache` tells sizes by pipeline and stage', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('one') });
  project.run('p.yaml');
  assert.match(
    project.pipe('cache').out,
    /^pipeline +stage +results +size +last needed\np +a +1 +\d+ B +within the hour\np +b +1/,
  );
  const { rows, bytes } = JSON.parse(project.pipe('cache', '--json').out);
  assert.equal(rows.length, 2);
  assert.equal(bytes, rows[0].bytes + rows[1].bytes);
});

/** Objects younger than an hour may belong to a run that has not recorded yet: a collection leaves them. */
function age(project: Project): void {
  for (const path of objects(project)) utimesSync(path, 1e9, 1e9);
}

function objects(project: Project): string[] {
  const folder = join(project.folder, 'cache/objects');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function objectOf(project: Project, text: string): string {
  const found = objects(project).find((path) => readFileSync(path, 'utf8') === text);
  assert(found);
  return found;
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[1] = (bytes[1] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

const entriesOf = ({ folder }: Project): string[] =>
  readdirSync(join(folder, 'cache/index/results'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Without a seal an entry is taken as it is. */
function dropOutput(file: string, port: string): void {
  const { value } = JSON.parse(readFileSync(file, 'utf8'));
  for (const result of value.results) delete result.ports[port];
  const made = statSync(file).mtime;
  writeFileSync(file, JSON.stringify(value));
  utimesSync(file, made, made);
}
