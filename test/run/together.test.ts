import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeLeases } from '../../src/cache/leases.ts';
import { ownerName, self } from '../../src/cache/owner.ts';
import { makeFolder } from '../cache/rig.ts';
import { isAlive } from '../rig/processes.ts';
import { makeProject, outcomes, type Project } from '../rig/project.ts';

const pipeline = (...stages: string[]): string =>
  `version: 1\nname: p\nstages:\n${stages.map((stage) => `  ${stage}\n`).join('')}`;

test('two processes that want the same stage run it once', async (t) => {
  const project = makeProject(t, {});
  const log = join(project.folder, 'log');
  project.write(
    'p.yaml',
    pipeline(`a: { kind: command, run: "echo . >> ${log}; sleep 1; echo done > x", out: { x: x } }`),
  );
  const both = [project.start('run', 'p.yaml', '--json'), project.start('run', 'p.yaml', '--json')];
  const ended = await Promise.all(both.map((one) => one.ended));
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0],
  );
  assert.deepEqual(ended.map(({ out }) => outcomes(out).a).sort(), ['cached', 'ran']);
  assert.match(ended.map(({ out }) => out).join(''), /"type":"stage-wait","stage":"a","owner":"process \d+"/);
  assert.equal(readFileSync(log, 'utf8'), '.\n');
});

test('two stages of one run that come to the same run once', (t) => {
  const stage = 'kind: command, run: "date +%N > x; sleep 0.2", out: { x: x }';
  const project = makeProject(t, { 'p.yaml': pipeline(`a: { ${stage} }`, `b: { ${stage} }`) });
  assert.deepEqual(Object.values(project.run('p.yaml', '--jobs', '2')).sort(), ['cached', 'ran']);
});

/** A run whose program goes on until the file `wait` is gone; its program, and the process that has started it. */
async function waiting(project: Project) {
  const [noted, wait] = [join(project.folder, 'noted'), join(project.folder, 'wait')];
  const run = `echo $$ $PPID > ${noted}; while test -e ${wait}; do sleep 0.05; done; echo done > x`;
  project.write('p.yaml', pipeline(`a: { kind: command, run: "${run}", out: { x: x } }`));
  writeFileSync(wait, '');
  const running = project.start('run', 'p.yaml', '--json');
  await until(() => read(noted).includes(' '));
  const [program = 0, starter = 0] = read(noted).split(' ').map(Number);
  return { running, wait, program, starter };
}

test('a stage of a killed process is taken over at once, and its program ends with it', async (t) => {
  const project = makeProject(t, {});
  const { running, wait, program } = await waiting(project);
  running.signal('SIGKILL');
  await running.ended;
  // By itself it would go on.
  await until(() => !isAlive(program));
  rmSync(wait);
  assert.deepEqual(project.run('p.yaml'), { a: 'ran' });
});

test('the program of a run that was killed with all its processes ends when the cache is next opened', async (t) => {
  const project = makeProject(t, {});
  const { running, program, starter } = await waiting(project);
  const work = join(project.folder, 'cache/work');
  await until(() => readdirSync(work).some((name) => read(join(work, name)).includes(`${program} `)));
  // So that it has no time to end its program.
  process.kill(starter, 'SIGSTOP');
  running.signal('SIGKILL');
  process.kill(starter, 'SIGKILL');
  await running.ended;
  assert.ok(isAlive(program));
  project.pipe('runs');
  assert.equal(isAlive(program), false);
});

async function until(holds: () => boolean): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    assert.ok(looks < 1000, 'it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('stages with a common mutex never run at the same time, also of different processes', async (t) => {
  const project = makeProject(t, {});
  const lock = join(project.folder, 'lock');
  const stage = (name: string): string =>
    `${name}: { kind: command, run: "mkdir ${lock} && sleep 0.2 && rmdir ${lock} && echo ${name} > x", mutex: camera, out: { x: x } }`;
  project.write('p.yaml', pipeline(stage('a'), stage('b')));
  project.write('q.yaml', pipeline(stage('c'), stage('d')));
  const both = [project.start('run', 'p.yaml', '--jobs', '2'), project.start('run', 'q.yaml', '--jobs', '2')];
  for (const { code, err } of await Promise.all(both.map((one) => one.ended))) assert.equal(code, 0, err);
});

test('a stage that wants more of a kind than the machine has is refused with what to do', (t) => {
  const stage = 'a: { kind: command, run: "echo > x", resources: { gpu: 2 }, out: { x: x } }';
  const project = makeProject(t, { 'p.yaml': pipeline(stage) }, { PIPE_RESOURCES: 'cpu=1,gpu=1' });
  const { code, err } = project.pipe('run', 'p.yaml');
  assert.equal(code, 1);
  assert.match(err, /machine-too-small: `a` wants 2 gpu; this machine has 1/);
  project.env.PIPE_RESOURCES = 'gpus=2';
  assert.match(project.pipe('run', 'p.yaml').err, /invalid-resources: `gpus=2` says nothing/);
});

test('a lease of another machine holds as long as its heartbeat is seen to change', (t) => {
  const folder = makeFolder(t);
  let now = 0;
  const leases = makeLeases(folder, () => now);
  const file = join(folder, `a.${ownerName({ ...self, host: '00000000' })}-0`);
  writeFileSync(file, '{}');
  assert.equal(leases.take(['a']).type, 'busy');
  now += 59_000;
  assert.equal(leases.take(['b', 'a']).type, 'busy');
  assert.equal(leases.take(['b']).type, 'held');
  now += 2000;
  assert.equal(leases.take(['a']).type, 'held');
});

test('a lease of a process whose id was given to another since is taken over', (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, `a.${ownerName({ ...self, started: self.started - 1 })}-0`), '{}');
  const lease = makeLeases(folder).take(['a']);
  assert.equal(lease.type, process.platform === 'linux' ? 'held' : 'busy');
});

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
