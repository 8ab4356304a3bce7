import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAlive } from '../rig/processes.ts';
import { launcher, makeProject, type Project } from '../rig/project.ts';

/** Starts a program that notes its own id and those of a child and a grandchild, and does `onTerm` when asked to stop. */
async function started(project: Project, onTerm: string, childOnTerm: string) {
  const pids = join(project.folder, 'pids');
  project.write(
    'program.sh',
    `trap '${onTerm}' TERM\necho $$ >> ${pids}\nsh -c 'trap "${childOnTerm}" TERM; echo $$ >> ${pids}; sleep 1000 & echo $! >> ${pids}; wait; sleep 1000' &\nwhile :; do sleep 0.05; done\n`,
  );
  project.write(
    'p.yaml',
    'version: 1\nname: p\nstages:\n  a: { kind: command, run: "sh program.sh", in: { p: program.sh }, out: { x: x } }\n',
  );
  const running = project.start('run', 'p.yaml');
  const read = (): number[] => {
    try {
      return readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    } catch {
      return [];
    }
  };
  while (read().length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  return { running, pids: read() };
}

test('Ctrl-C asks a program to stop, and when it does nothing of it lives on', async (t) => {
  const { running, pids } = await started(makeProject(t, {}), 'echo asked; exit 0', 'exit 0');
  running.signal('SIGINT');
  const { code, err } = await running.ended;
  assert.equal(code, 130);
  assert.match(err, /stopping: running stages may finish what they are at; press Ctrl-C again to kill them/);
  assert.deepEqual(pids.filter(isAlive), []);
});

test('Ctrl-C twice kills a program that does not stop, with all that it started', async (t) => {
  const { running, pids } = await started(makeProject(t, {}), 'echo never mind', '');
  running.signal('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(isAlive(pids[0] ?? 0));
  running.signal('SIGINT');
  const { code } = await running.ended;
  assert.equal(code, 130);
  assert.deepEqual(pids.filter(isAlive), []);
});

test('a run whose reader goes away stops as for Ctrl-C: with 130, and recorded', (t) => {
  const project = makeProject(t, {
    'p.yaml':
      'version: 1\nname: p\nstages:\n  a: { kind: command, run: "echo 1; sleep 0.5; echo > x", out: { x: x } }\n  b: { kind: command, run: "cp x/x y; sleep 100", in: { x: a.x }, out: { y: y } }\n',
  });
  const line = `{ "${process.execPath}" "${launcher}" run p.yaml --json; echo $? > code; } | head -1`;
  spawnSync('sh', ['-c', line], { cwd: project.folder });
  assert.equal(project.read('code'), '130\n');
  const { outcome } = JSON.parse(project.pipe('show', 'last', '--json').out);
  assert.equal(outcome, 'interrupted');
});

test('what a program leaves running in the background ends with it', async (t) => {
  const project = makeProject(t, {});
  const pid = join(project.folder, 'pid');
  project.write(
    'p.yaml',
    `version: 1\nname: p\nstages:\n  a: { kind: command, run: "sleep 1000 & echo $! > ${pid}; echo done > x", out: { x: x } }\n`,
  );
  project.run('p.yaml');
  assert.equal(isAlive(Number(readFileSync(pid, 'utf8'))), false);
});

test('no run waits for what a program has sent away from its group', (t) => {
  const project = makeProject(t, {});
  const noted = join(project.folder, 'pid');
  const run = `setsid sh -c 'echo $$ > ${noted}; exec sleep 30' & while ! test -s ${noted}; do sleep 0.05; done; echo > x`;
  project.write(
    'p.yaml',
    `version: 1\nname: p\nstages:\n  a: { kind: command, run: "${run}", out: { x: x } }\n`,
  );
  project.run('p.yaml');
  const pid = Number(readFileSync(noted, 'utf8'));
  assert.ok(isAlive(pid));
  process.kill(pid, 'SIGKILL');
});
