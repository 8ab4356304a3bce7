import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeNpy } from '../../src/data/npy.ts';
import { makeProject } from '../rig/project.ts';

const pipeline = (...stages: string[]): string =>
  `version: 1\nname: p\nstages:\n${stages.map((stage) => `  ${stage}\n`).join('')}`;

test('a command gets the variables that it declares and a documented minimum, and nothing else', (t) => {
  const stage = (env: string): string =>
    pipeline(`a: { kind: command, run: "env > x", env: ${env}, out: { x: x } }`);
  const project = makeProject(t, { 'p.yaml': stage('[SHOWN]') }, { SHOWN: 'yes', HIDDEN: 'no' });
  project.run('p.yaml');
  const seen = project
    .read('cache/out/p/a/x/x')
    .split('\n')
    .map((line) => line.split('=')[0] ?? '');
  assert.ok(seen.includes('SHOWN') && seen.includes('PATH'));
  // What the shell itself sets.
  const own = ['PWD', 'OLDPWD', 'SHLVL', '_', ''];
  const minimum = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'TEMP', 'TMP'];
  assert.deepEqual(
    seen.filter((name) => ![...own, ...minimum, 'SHOWN'].includes(name)),
    [],
  );
});

test('a declared variable that changes is a reason to run again; another is none', (t) => {
  const files = { 'p.yaml': pipeline('a: { kind: command, run: "env > x", env: [SHOWN], out: { x: x } }') };
  const project = makeProject(t, files, { SHOWN: 'yes', OTHER: '1' });
  project.run('p.yaml');
  project.env.OTHER = '2';
  assert.deepEqual(project.run('p.yaml'), { a: 'cached' });
  project.env.SHOWN = 'no';
  assert.deepEqual(project.run('p.yaml'), { a: 'ran' });
});

test('what a declared variable holds stands in no file that the program keeps', (t) => {
  const stage =
    'a: { kind: command, run: "test -n \\"$TOKEN\\" && echo 1 > x", env: [TOKEN], out: { x: x } }';
  const project = makeProject(t, { 'p.yaml': pipeline(stage) }, { TOKEN: 'a-secret-of-mine' });
  assert.deepEqual(project.run('p.yaml'), { a: 'ran' });
  const kept = readdirSync(join(project.folder, 'cache'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  assert.ok(kept.length > 5);
  assert.deepEqual(
    kept.filter((path) => readFileSync(path, 'latin1').includes('a-secret-of-mine')),
    [],
  );
});

test('a variable of a name that every object has is one like any other', (t) => {
  const stage = 'a: { kind: command, run: "echo $constructor > x", env: [constructor], out: { x: x } }';
  const project = makeProject(t, { 'p.yaml': pipeline(stage) });
  assert.deepEqual(project.run('p.yaml'), { a: 'ran' });
  assert.equal(project.read('cache/out/p/a/x/x'), '\n');
  Object.assign(project.env, { constructor: 'set' });
  assert.deepEqual(project.run('p.yaml'), { a: 'ran' });
  assert.equal(project.read('cache/out/p/a/x/x'), 'set\n');
});

test('of a stage that a list names twice, each output lies in a folder of its own', (t) => {
  const project = makeProject(t, {
    'p.yaml': pipeline(
      'one: { kind: command, run: "mkdir p q && echo 1 > p/data.txt && echo 2 > q/data.txt", out: { a: p, b: q } }',
      'two: { kind: command, run: "echo 3 > data.txt", out: { a: data.txt } }',
      'all: { kind: command, run: "(cd all && find . -type f | sort) > x", in: { all: [one.a, two.a, one.b] }, out: { x: x } }',
    ),
  });
  project.run('p.yaml');
  const files = ['./one/a/data.txt', './one/b/data.txt', './two/data.txt'];
  assert.equal(project.read('cache/out/p/all/x/x'), `${files.join('\n')}\n`);
});

const harms: { [how: string]: string } = {
  'writes to it': 'echo more >> words.txt',
  'sorts it in place': 'sort -o words.txt words.txt',
  'deletes it': 'rm -f words.txt',
  'keeps its size and time':
    'touch -r words.txt t; printf B | dd of=words.txt conv=notrunc bs=1 2>/dev/null; touch -r t words.txt',
};
for (const [how, run] of Object.entries(harms)) {
  test(`a command that changes an input of the project (${how}) is told so, and nothing is kept`, (t) => {
    const stage = `a: { kind: command, run: "${run}; echo done > x", in: { words: words.txt }, out: { x: x } }`;
    const project = makeProject(t, { 'p.yaml': pipeline(stage), 'words.txt': 'b\na\n' });
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    assert.match(
      err,
      /p\.yaml:4:.* error input-changed: `a` changed its input `words\.txt`: what it left was not kept/,
    );
    assert.equal(project.read('words.txt'), 'b\na\n');
    assert.match(project.pipe('plan', 'p.yaml').out, /a +run +failed in the last run/);
  });
}

test('a command that changes an earlier stage’s output is told so, and that output is whole', (t) => {
  const project = makeProject(t, {
    'p.yaml': pipeline(
      'a: { kind: command, run: "echo one > x", out: { x: x } }',
      'b: { kind: command, run: "chmod +w a/x; echo two > a/x; echo done > y", in: { a: a.x }, out: { y: y } }',
    ),
  });
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /`b` changed its input `a\/x`/);
  assert.equal(project.read('cache/out/p/a/x/x'), 'one\n');
});

test('a project file that is changed while a command runs with it: its result is not kept', (t) => {
  const project = makeProject(t, { 'words.txt': 'old\n' });
  const file = join(project.folder, 'words.txt');
  project.write(
    'p.yaml',
    pipeline(
      `a: { kind: command, run: "echo new > ${file}; cat words.txt > x", in: { w: words.txt }, out: { x: x } }`,
    ),
  );
  const first = project.pipe('run', 'p.yaml');
  assert.equal(first.code, 1);
  assert.match(first.err, /`words\.txt` was changed while this run was at `a`/);
  assert.equal(project.pipe('run', 'p.yaml').code, 0);
  assert.equal(project.read('cache/out/p/a/x/x'), 'new\n');
});

test('a command may do what it likes with the folder it is given', (t) => {
  const run = 'mkdir -p in/deep/own && touch in/deep/own/f in/more && cat in/deep/f > x';
  const project = makeProject(t, {
    'p.yaml': pipeline(`a: { kind: command, run: "${run}", in: { i: in }, out: { x: x } }`),
    'in/deep/f': 'text\n',
  });
  chmodSync(join(project.folder, 'in/deep/f'), 0o444);
  project.run('p.yaml');
  assert.equal(project.read('cache/out/p/a/x/x'), 'text\n');
});

test('files of an input folder that match `ignore`, as in .gitignore, are no inputs: neither seen nor a reason to run', (t) => {
  const ignore = 'ignore: ["*.log", "!keep.log", "/in/build/", "**/cell?.txt"]';
  const stage = `a: { kind: command, run: "find in -type f | sort > x", in: { i: in }, ${ignore}, out: { x: x } }`;
  const project = makeProject(t, { 'p.yaml': pipeline(stage), 'in/a.txt': 'a' });
  const others = ['in/a.log', 'in/deep/b.log', 'in/build/c', 'in/deep/cell1.txt', 'in/.git/HEAD'];
  for (const file of [...others, 'in/keep.log', 'in/deep/build/c', 'in/.hidden']) project.write(file, '');
  project.run('p.yaml');
  assert.equal(project.read('cache/out/p/a/x/x'), 'in/.hidden\nin/a.txt\nin/deep/build/c\nin/keep.log\n');
  for (const file of others) project.write(file, 'changed');
  assert.deepEqual(project.run('p.yaml'), { a: 'cached' });
  project.write('in/keep.log', 'changed');
  assert.deepEqual(project.run('p.yaml'), { a: 'ran' });
});

test('the whole project as input leaves out the cache', (t) => {
  const stage = 'a: { kind: command, run: "ls > x", in: { all: . }, out: { x: x } }';
  const project = makeProject(t, { 'p.yaml': pipeline(stage) });
  project.run('p.yaml');
  assert.equal(project.read('cache/out/p/a/x/x'), 'p.yaml\npackage.json\nx\n');
  assert.deepEqual(project.run('p.yaml'), { a: 'cached' });
});

test('a folder of the user that an output links to is left alone, and so is a file that it shares', (t) => {
  const project = makeProject(t, { 'mine/a.txt': 'mine\n', 'mine/b.txt': 'mine\n' });
  const mine = join(project.folder, 'mine');
  const tried = (run: string, out: string): ReturnType<typeof project.pipe> => {
    project.write('p.yaml', pipeline(`a: { kind: command, run: "${run}", out: { o: ${out} } }`));
    return project.pipe('run', 'p.yaml');
  };
  for (const [run, out] of [
    [`ln -s ${mine} o`, 'o'],
    [`ln -s ${mine} sub`, 'sub/a.txt'],
    [`rmdir sub; ln -s ${mine} sub`, 'sub/a.txt'],
  ] as const) {
    const { code, err } = tried(run, out);
    assert.equal(code, 1, err);
    assert.match(
      err,
      /error (bad-output: the output `\S+` leads out of the stage's folder|stage-failed|no-output)/,
    );
    assert.deepEqual(readdirSync(mine), ['a.txt', 'b.txt']);
  }
  assert.equal(tried(`ln ${mine}/a.txt o`, 'o').code, 0);
  assert.equal(tried(`ln -s ${mine}/b.txt o`, 'o').code, 0);
  for (const name of readdirSync(mine)) {
    const { mode, nlink } = lstatSync(join(mine, name));
    assert.deepEqual([mode & 0o200, nlink], [0o200, 1]);
  }
  assert.equal(project.read('cache/out/p/a/o/o'), 'mine\n');
});

test('a program that one command makes is one for the next, which may change its copies', (t) => {
  const project = makeProject(t, {
    'p.yaml': pipeline(
      `build: { kind: command, run: "printf '#!/bin/sh\\necho works\\n' > app; chmod +x app; echo 1 > data", out: { app: app, data: data } }`,
      'use: { kind: command, run: "./app/app > o", in: { app: build.app, data: build.data }, out: { o: o } }',
      'list: { kind: command, run: "ls -l app/app data/data | cut -c1-10 > o", in: { app: build.app, data: build.data }, out: { o: o } }',
    ),
  });
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 0, err);
  assert.equal(project.read('cache/out/p/use/o/o'), 'works\n');
  assert.equal(project.read('cache/out/p/list/o/o'), '-rwxr-xr-x\n-rw-r--r--\n');
});

/** By kind of stage: what it reads, and a program that changes that while the stage waits for the only processor. */
const waiting: { [what: string]: (folder: string) => { stage: string; change: string; told: RegExp } } = {
  'a file that is added to an input folder': (folder) => ({
    stage: 'b: { kind: command, run: "ls src > o", in: { src: src }, out: { o: o } }',
    change: `echo > ${folder}/src/added.txt`,
    told: /`src\/added\.txt` was changed while this run was at `b`/,
  }),
  'arrays of a dataset': (folder) => ({
    stage:
      'b: { kind: download, arrays: { from: arrays, images: images.npy, labels: labels.npy, testImages: images.npy, testLabels: labels.npy } }',
    change: `cp ${folder}/other.npy ${folder}/arrays/images.npy`,
    told: /what `arrays\S*` names was changed while this run was at `b`/,
  }),
  'a module': (folder) => ({
    stage: 'b: { kind: ./own.ts }',
    change: `sed -i s/old/new/ ${folder}/own.ts`,
    told: /the module of `b` was changed while the stage waited/,
  }),
};
for (const [what, make] of Object.entries(waiting)) {
  test(`what changes while a stage waits for its turn is not taken for what it was: ${what}`, async (t) => {
    const project = makeProject(t, {
      'src/a.txt': '',
      'own.ts':
        "import { writeFileSync } from 'node:fs';\nexport const run = async (context) => {\n  writeFileSync(`${context.outDir('o')}/o`, 'old');\n  return { summary: '' };\n};\n",
      'own.schema.json': JSON.stringify({
        ...{ title: 'Own', description: 'own', type: 'object', additionalProperties: false, properties: {} },
        'x-outputs': { o: { type: 'files', description: 'a file' } },
      }),
    });
    mkdirSync(join(project.folder, 'arrays'));
    for (const [name, value] of [
      ['arrays/images.npy', 1],
      ['other.npy', 2],
    ] as const)
      await writeNpy(join(project.folder, name), new Uint8Array(20 * 4 * 4 * 3).fill(value), [20, 4, 4, 3]);
    await writeNpy(
      join(project.folder, 'arrays/labels.npy'),
      Uint8Array.from({ length: 20 }, (_, i) => i % 2),
      [20],
    );
    const { stage, change, told } = make(project.folder);
    project.write(
      'p.yaml',
      pipeline(`a: { kind: command, run: "${change}; sleep 0.3; echo > o", out: { o: o } }`, stage),
    );
    const { code, err } = project.pipe('run', 'p.yaml', '--jobs', '1');
    assert.equal(code, 1, err);
    assert.match(err, told);
    assert.equal(project.pipe('run', 'p.yaml').code, 0);
  });
}
