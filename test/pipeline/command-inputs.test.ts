import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';

const pipeline = (input: string): string => `version: 1
name: p
stages:
  small: { kind: command, run: "echo 1 > x", out: { x: x } }
  large: { kind: command, run: "cat small > x", in: { small: ${input} }, out: { x: x } }
`;

test('a command that takes a stage by its name alone is told of the output it may mean', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline('small'), small: '1' });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /p\.yaml:5:62 error unknown-port: `small` is a stage, and a command takes its outputs one by one\n/,
  );
  assert.match(err, /did you mean `small\.x`\? A file of that name is `\.\/small`/);
  project.write('p.yaml', pipeline('./small'));
  assert.deepEqual(project.run('p.yaml'), { small: 'ran', large: 'ran' });
});

test('a port that is called like a file’s ending is no reference, and that is said', (t) => {
  const csv = pipeline('small.csv').replace('out: { x: x } }\n  large', 'out: { csv: x } }\n  large');
  const project = makeProject(t, { 'p.yaml': csv });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /error unknown-port: `small\.csv` is a file by its ending, and `small` is a stage with an output `csv`\n/,
  );
  assert.match(err, /such as `csvFile`; the file is `\.\/small\.csv`/);
});

test('a declared folder is there, though nothing of it is an input', (t) => {
  const project = makeProject(t, {
    'src/a.log': '',
    'p.yaml':
      'version: 1\nname: p\nstages:\n  a: { kind: command, run: "ls src > x", in: { src: src }, ignore: ["*.log"], out: { x: x } }\n',
  });
  project.run('p.yaml');
  assert.equal(project.read('cache/out/p/a/x/x'), '');
});

/** What a command is written like, and what is told of it, where. */
const refused: { readonly [params: string]: RegExp } = {
  'in: { v: ../../../victim.txt }, out: { x: x }':
    /p\.yaml:4:51 error path-outside: the input `\.\.\/\.\.\/\.\.\/victim\.txt` is no path in the project's folder\n/,
  'in: { v: a/../../victim.txt }, out: { x: x }': /p\.yaml:4:51 error path-outside: the input/,
  'in: { v: /etc/hostname }, out: { x: x }': /p\.yaml:4:51 error path-outside: the input/,
  'in: {}, out: { x: x, facts: f.json }':
    /p\.yaml:4:70 error duplicate-output: every stage has an output `facts` already\n/,
  'in: {}, out: { all: r, one: r/a.txt }':
    /p\.yaml:4:70 error duplicate-output: `r\/a\.txt` lies in the output `all` already\n/,
  'in: {}, out: { one: r/a.txt, all: R/ }':
    /p\.yaml:4:76 error duplicate-output: the output `one` lies in `R` already\n/,
  'in: { v: data/x.txt }, out: { x: ./data/x.txt }':
    /p\.yaml:4:75 error duplicate-output: the output `data\/x\.txt` is or holds the input `v`\n/,
  'in: { v: data/x.txt }, out: { x: data }':
    /p\.yaml:4:75 error duplicate-output: the output `data` is or holds/,
  'in: { v: table.parquet }, out: { x: x }':
    /p\.yaml:4:51 error unknown-stage: .*\n.*\n.*the stages are none; a file of that name is written `\.\/…`/,
  'in: {}, out: { all: r, one: ./r/ }':
    /p\.yaml:4:70 error duplicate-output: `r` is the output `all` already\n/,
};
for (const [params, told] of Object.entries(refused)) {
  test(`a command with ${params} is refused with the place`, (t) => {
    const stage = `  a: { kind: command, run: "echo 1 > x", ${params} }`;
    const project = makeProject(t, { 'p.yaml': `version: 1\nname: p\nstages:\n${stage}\n` });
    const { code, err } = project.pipe('validate', 'p.yaml');
    assert.equal(code, 2);
    assert.match(err, told);
    assert.equal(err.match(/ error [a-z-]+: /g)?.length, 1);
  });
}

test('a command’s path that an earlier stage gave writes nowhere but in the stage’s folder', (t) => {
  const schema = {
    title: 'Path',
    description: 'Gives a path.',
    'x-outputs': { x: { type: 'files', description: 'x' } },
    'x-values': { path: 'string' },
  };
  const module = `import { writeFileSync } from 'node:fs';
export function run(context: { outDir(port: string): string }) {
  writeFileSync(context.outDir('x') + '/x', '');
  return { summary: '', values: { path: '../../../victim.txt' } };
}
`;
  const stages = (taking: string): string =>
    `version: 1\nname: p\nstages:\n  one: { kind: ./one.ts }\n  two: { kind: command, run: "echo 1 > x", ${taking} }\n`;
  const project = makeProject(t, {
    'victim.txt': 'above',
    'a/b/c/package.json': '{}',
    'a/b/c/victim.txt': 'mine',
    'a/b/c/one.ts': module,
    'a/b/c/one.schema.json': JSON.stringify(schema),
    'a/b/c/p.yaml': '',
  });
  for (const taking of [
    'in: { v: "${stages.one.path}" }, out: { x: x }',
    'out: { x: x, v: "${stages.one.path}" }',
  ]) {
    project.write('a/b/c/p.yaml', stages(taking));
    const { code, err } = project.pipe('run', 'a/b/c/p.yaml');
    assert.equal(code, 1, err);
    assert.match(err, /p\.yaml:5:\d+ error path-outside: the (in|out)put `\.\.\/\.\.\/\.\.\/victim\.txt`/);
  }
  assert.equal(project.read('a/b/c/victim.txt'), 'mine');
  assert.equal(project.read('victim.txt'), 'above');
});
