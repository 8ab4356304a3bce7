/** Which process a stage runs in: seen from what each process of the real `pipe` notes when it starts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isAlive } from '../rig/processes.ts';
import { makeProject, type Project } from '../rig/project.ts';

const data = 'download: { dataset: shapes10, limit: { train: 20, test: 10 }, validation: 0.1 }';
const scaled = (name: string, most: number): string =>
  `${name}: { kind: normalize, data: download, method: rescale, range: [0, ${most}] }`;
const module = `import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
export async function run(context) {
  writeFileSync(join(context.outDir('pid'), 'pid.txt'), String(process.pid));
}
`;
const schema = {
  title: 'Own',
  description: 'Tells its process.',
  type: 'object',
  properties: { data: { 'x-accepts': ['dataset'] }, number: { type: 'integer' } },
  'x-outputs': { pid: { type: 'files', description: 'pid.txt' } },
};

/** The project, and the processes that its stages have had so far. */
function projectOf(t: TestContext, ...stages: string[]): { project: Project; started: () => number[] } {
  const project = makeProject(t, {
    'p.yaml': `version: 1\nname: p\nstages:\n${[data, ...stages].map((stage) => `  ${stage}\n`).join('')}`,
    'stages/own.ts': module,
    'stages/own.schema.json': JSON.stringify(schema),
    'note.mjs': `import { appendFileSync } from 'node:fs';
if (process.argv[1]?.endsWith('child.js')) appendFileSync(process.env.NOTED, process.pid + '\\n');\n`,
  });
  const noted = join(project.folder, 'noted');
  Object.assign(project.env, { NOTED: noted, NODE_OPTIONS: `--import ${join(project.folder, 'note.mjs')}` });
  return { project, started: () => readFileSync(noted, 'utf8').trim().split('\n').map(Number) };
}

test('stages one after the other share a process, and it ends with the run', (t) => {
  const { project, started } = projectOf(t, scaled('a', 1), scaled('b', 2), scaled('c', 3));
  project.run('p.yaml', '--jobs', '1');
  assert.equal(started().length, 1);
  assert.deepEqual(started().filter(isAlive), []);
});

test('stages side by side have a process each', (t) => {
  const { project, started } = projectOf(t, scaled('a', 1), scaled('b', 2), scaled('c', 3));
  project.run('p.yaml', '--jobs', '2');
  assert.equal(started().length, 2);
});

test('a module of the project gets a process of its own that nobody had before it or gets after it', (t) => {
  const own = (name: string, number: number): string =>
    `${name}: { kind: ./stages/own.ts, data: download, number: ${number} }`;
  const { project, started } = projectOf(t, own('a', 1), own('b', 2), scaled('c', 1));
  project.run('p.yaml', '--jobs', '1');
  const pids = ['a', 'b'].map((name) => Number(project.read(`cache/out/p/${name}/pid/pid.txt`)));
  const [first] = started();
  assert.equal(new Set([first, ...pids]).size, 3);
  assert.equal(started().length, 3);
});

test('a stage that failed leaves its process to nobody', (t) => {
  const { project, started } = projectOf(
    t,
    'a: { kind: download, folder: { from: none, size: [8, 8] } }',
    scaled('b', 1),
  );
  const { code } = project.pipe('run', 'p.yaml', '--jobs', '1', '--keep-going');
  assert.equal(code, 1);
  assert.equal(started().length, 2);
});

test('a killed run leaves no process that waits for work', async (t) => {
  const { project, started } = projectOf(
    t,
    'slow: { kind: command, run: "sleep 30; echo > x", out: { x: x } }',
  );
  const running = project.start('run', 'p.yaml', '--json', '--jobs', '2');
  await running.event((event) => event.type === 'stage-end' && event.stage === 'download');
  const [host = 0] = started();
  assert.ok(isAlive(host));
  running.signal('SIGKILL');
  await running.ended;
  while (isAlive(host)) await new Promise((resolve) => setTimeout(resolve, 10));
});
