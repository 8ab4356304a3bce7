import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeProject, type Project, ran } from '../rig/project.ts';

const schema = {
  title: 'Count',
  description: 'Counts the lines of files.',
  type: 'object',
  required: ['text'],
  properties: { text: { 'x-accepts': ['files'] }, times: { type: 'integer', minimum: 1, default: 1 } },
  'x-outputs': { count: { type: 'files', description: 'count.txt' } },
  'x-values': { lines: 'number' },
  'x-draws': false,
};
const module = `import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf } from './lines.ts';
enum Way { Up = 1 } // what Node alone can't strip
export async function run(context: { params: { times: number }; input(param: string): { files: object }; outDir(port: string): string }) {
  const lines = Object.values(context.input('text').files).flatMap((file) => linesOf(readFileSync(file, 'utf8'))).length * context.params.times * Way.Up;
  writeFileSync(join(context.outDir('count'), 'count.txt'), String(lines));
  return { summary: lines + ' lines', values: { lines } };
}
`;
const pipeline = `version: 1
name: c
stages:
  words: { kind: command, run: "printf 'a\\nb\\n' > words", out: { text: words } }
  count: { kind: ./stages/count.ts, text: words }
  again: { kind: ./stages/count.ts, text: words, times: "\${stages.count.lines}" }
`;

function project(t: TestContext, changed: { [path: string]: string } = {}): Project {
  return makeProject(t, {
    'p.yaml': pipeline,
    'stages/count.ts': module,
    'stages/lines.ts': `export const linesOf = (text: string): string[] => text.split('\\n').filter(Boolean);\n`,
    'stages/count.schema.json': JSON.stringify(schema),
    ...changed,
  });
}

test('a TypeScript module runs with its imports; its version is their digest, comments left out', (t) => {
  const own = project(t);
  own.run('p.yaml');
  assert.equal(own.read('cache/out/c/count/count/count.txt'), '2');
  assert.equal(own.read('cache/out/c/again/count/count.txt'), '4');
  own.write('stages/count.ts', `// a comment\n${module}`);
  assert.deepEqual(ran(own.run('p.yaml')), []);
  own.write('stages/lines.ts', `export const linesOf = (text: string): string[] => text.split('');\n`);
  assert.deepEqual(ran(own.run('p.yaml')), ['again', 'count']);
});

test('a module that can not be read is told where it is named, before anything runs', (t) => {
  const own = project(t);
  own.run('p.yaml');
  own.write(
    'stages/lines.ts',
    `import './gone.ts';\nexport const linesOf = (text: string): string[] => [text];\n`,
  );
  for (const command of ['validate', 'plan', 'graph', 'run']) {
    const { code, err } = own.pipe(command, 'p.yaml');
    assert.equal(code, 2);
    assert.match(
      err,
      /p\.yaml:5:18 error invalid-module: `count\.ts` can't be read: .*Could not resolve "\.\/gone\.ts"/,
    );
  }
});

test('a change of a module is told in words; what it logs is in its log', (t) => {
  const own = project(t);
  own.run('p.yaml');
  const changed = module
    .replace('(context: {', '(context: { log(line: string): void;')
    .replace(
      'return {',
      `context.log('by log'); console.log('by console'); throw new Error('over');\n  return {`,
    );
  own.write('stages/count.ts', changed);
  assert.match(own.pipe('plan', 'p.yaml').out, /count +run +its module, or what that imports, changed/);
  const { err } = own.pipe('run', 'p.yaml');
  const log = readFileSync(/its whole log is (.*)/.exec(err)?.[1] ?? '', 'utf8');
  assert.match(log, /^by log$/m);
  assert.match(log, /^by console$/m);
});

test('the types of a stage of one’s own are there for a project that has `pipe` installed', (t) => {
  const own = makeProject(t, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json':
      '{ "compilerOptions": { "strict": true, "module": "nodenext", "noEmit": true, "types": [] } }',
    'right.ts': `import type { RunStage } from 'pipe-experiments/stage';
export const run: RunStage = async ({ input, seed, outDir }) => ({
  summary: Object.keys(input('text').files).join() + seed.toFixed() + outDir('count').length,
  values: { lines: 1 },
});
`,
    'wrong.ts': `import type { RunStage } from 'pipe-experiments/stage';
export const run: RunStage = async () => ({ values: { lines: [] } });
`,
  });
  mkdirSync(join(own.folder, 'node_modules'));
  symlinkSync(resolve('.'), join(own.folder, 'node_modules/pipe-experiments'));
  const { stdout } = spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.'], {
    cwd: own.folder,
    encoding: 'utf8',
  });
  assert.match(stdout, /^wrong\.ts\(2,/m);
  assert.doesNotMatch(stdout, /^(?!wrong\.ts)\S+\(/m);
});

test('a module has to give the values that its schema declares', (t) => {
  for (const [values, told] of [
    ['{}', /`count` gave no value `lines`, which is declared as a number/],
    ["{ lines: 'two' }", /`count` gave "two" as the value `lines`, which is declared as a number/],
  ] as const) {
    const own = project(t, { 'stages/count.ts': module.replace('values: { lines }', `values: ${values}`) });
    const { code, err } = own.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    assert.match(err, told);
  }
});

test('a param of a module can not be called like what every stage has', (t) => {
  const own = project(t, {
    'stages/count.schema.json': JSON.stringify({
      ...schema,
      properties: { ...schema.properties, timeout: {} },
    }),
  });
  const { code, err } = own.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(err, /error invalid-stage-schema: `timeout` is a key that every stage has/);
});

test('a module’s schema counts: for params that nobody writes, and for outputs', (t) => {
  const own = project(t);
  own.run('p.yaml');
  const write = (changed: object): void =>
    own.write('stages/count.schema.json', JSON.stringify({ ...schema, ...changed }, null, 2));
  write({});
  assert.deepEqual(ran(own.run('p.yaml')), []);
  write({ properties: { ...schema.properties, times: { type: 'integer', default: 3 } } });
  assert.deepEqual(ran(own.run('p.yaml')), ['again', 'count']);
  assert.equal(own.read('cache/out/c/count/count/count.txt'), '6');
  const extra = { type: 'files', description: 'extra.txt' };
  write({ 'x-outputs': { ...schema['x-outputs'], extra } });
  own.write(
    'stages/count.ts',
    module.replace('return {', "writeFileSync(join(context.outDir('extra'), 'extra.txt'), '');\n  return {"),
  );
  own.write(
    'p.yaml',
    `${pipeline}  take: { kind: command, run: "cat e/extra.txt > x", in: { e: count.extra }, out: { x: x } }\n`,
  );
  assert.deepEqual(ran(own.run('p.yaml')), ['again', 'count', 'take']);
});

test('validate, plan and graph run nothing of a module; --no-commands refuses it', (t) => {
  const own = project(t, {
    'stages/count.ts': `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify('ran.txt')}, '');\n${module.replace("import { readFileSync, writeFileSync } from 'node:fs'", "import { readFileSync } from 'node:fs'")}`,
  });
  for (const command of ['validate', 'plan', 'graph'])
    assert.equal(own.pipe(command, 'p.yaml').code, 0, command);
  assert.ok(!existsSync(join(own.folder, 'ran.txt')));
  const { code, err } = own.pipe('validate', 'p.yaml', '--no-commands');
  assert.equal(code, 2);
  assert.deepEqual(err.match(/p\.yaml:\d+:\d+ error code-refused/g), [
    'p.yaml:4:18 error code-refused',
    'p.yaml:5:18 error code-refused',
    'p.yaml:6:18 error code-refused',
  ]);
});

test('params of a module are checked by its schema, references by its ports', (t) => {
  const own = project(t, {
    'p.yaml': `${pipeline}  a: { kind: ./stages/count.ts, text: wrods, tims: 2 }\n  b: { kind: ./stages/count.ts, text: words, times: 0 }\n  d: { kind: ./stages/count.ts, text: words, times: "\${stages.count.line}" }\n`,
  });
  const { err } = own.pipe('validate', 'p.yaml');
  assert.match(
    err,
    /p\.yaml:7:39 error unknown-stage: `a` takes its text from `wrods`.*\n.*\n.*did you mean `words`/,
  );
  assert.match(err, /p\.yaml:7:46 error unknown-key: `a` has no key `tims`.*\n.*\n.*did you mean `times`/);
  assert.match(err, /p\.yaml:8:53 error invalid-value: `b\.times` must be at least 1, found 0/);
  assert.match(
    err,
    /p\.yaml:9:53 error unknown-value: `count` gives no value `line`.*\n.*\n.*did you mean `lines`/,
  );
});

test('a module without schema, one outside of the project, and a schema that says no outputs are refused with a place', (t) => {
  const own = project(t, { 'stages/bare.ts': module });
  const told = (kind: string): string => {
    own.write('p.yaml', pipeline.replace('./stages/count.ts, text: words }', `${kind}, text: words }`));
    return own.pipe('validate', 'p.yaml').err;
  };
  assert.match(told('./stages/bare.ts'), /p\.yaml:5:18 error file-not-found: .*bare\.schema\.json/);
  assert.match(
    told('./stages/cuont.ts'),
    /p\.yaml:5:18 error file-not-found: there is no module `stages\/cuont\.ts`/,
  );
  assert.match(told('../out.ts'), /p\.yaml:5:18 error path-outside/);
  own.write('stages/bare.schema.json', '{\n  "title": "Bare",\n  "description": "x"\n}\n');
  assert.match(
    told('./stages/bare.ts'),
    /stages\/bare\.schema\.json:1:1 error invalid-stage-schema: `the schema` needs `x-outputs`/,
  );
});

test('what a module throws is its stage’s failure; a module without `run` is told', (t) => {
  const own = project(t, { 'stages/count.ts': 'export function run() { throw new Error("no luck"); }\n' });
  const { code, err } = own.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /p\.yaml:5:3 error stage-failed: `count`: no luck/);
  own.write('stages/count.ts', 'export const runs = 1;\n');
  assert.match(own.pipe('run', 'p.yaml').err, /error invalid-module: .*exports no function `run`/);
  own.write('stages/count.ts', 'export const = 1;\n');
  assert.match(own.pipe('plan', 'p.yaml').out + own.pipe('run', 'p.yaml').err, /error invalid-module/);
});

test('the example’s module finds the worst class', (t) => {
  const files = [
    'custom-stage.yaml',
    'small.yaml',
    'stages/worst-class.ts',
    'stages/lowest.ts',
    'stages/worst-class.schema.json',
  ];
  const own = makeProject(
    t,
    Object.fromEntries(files.map((file) => [file, readFileSync(join('pipelines/examples', file), 'utf8')])),
  );
  own.run('custom-stage.yaml');
  const worst: unknown[] = JSON.parse(own.read('cache/out/custom-stage/worst-two/classes/worst.json'));
  assert.equal(worst.length, 2);
});
