/** A disk that is really full: a file system of 4 MB in memory. Mounting one takes root on Linux. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeProject, outcomes } from '../rig/project.ts';

const pipeline = `version: 1
name: p
vars: { size: 6000 }
stages:
  small: { kind: command, run: "head -c 1000000 /dev/zero > x", out: { x: x } }
  large: { kind: command, run: "cat small/x > /dev/null; head -c \${size}000 /dev/urandom > x", in: { small: small.x }, out: { x: x } }
`;

/** Null where it is not allowed. */
function smallDisk(t: TestContext): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  t.after(() => {
    if (status === 0) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : null;
}

test('a full disk is told with what to do; what was finished stays, and with room the run goes on', (t) => {
  const disk = process.platform === 'linux' ? smallDisk(t) : null;
  if (disk === null) {
    t.skip('no file system can be mounted here');
    return;
  }
  const cache = join(disk, 'cache');
  const project = makeProject(t, { 'p.yaml': pipeline }, { PIPE_CACHE: cache });
  const full = project.pipe('run', 'p.yaml', '--json');
  assert.equal(full.code, 1, full.out + full.err);
  assert.deepEqual(outcomes(full.out), { small: 'ran', large: 'failed' });
  assert.match(full.out, /disk-full|No space left on device/);
  const shorter = project.pipe('run', 'p.yaml', '--set', 'vars.size=500', '--json');
  assert.equal(shorter.code, 0, shorter.out + shorter.err);
  assert.deepEqual(outcomes(shorter.out), { small: 'cached', large: 'ran' });
  assert.equal(project.pipe('cache', 'verify').code, 0);
});

test('a cache on a disk without room for anything is refused in words, and nothing of it is lost', (t) => {
  const disk = process.platform === 'linux' ? smallDisk(t) : null;
  if (disk === null) {
    t.skip('no file system can be mounted here');
    return;
  }
  const cache = join(disk, 'cache');
  mkdirSync(cache);
  const project = makeProject(t, { 'p.yaml': pipeline }, { PIPE_CACHE: cache });
  project.run('p.yaml', '--set', 'vars.size=500');
  const filler = join(disk, 'filler');
  const { status } = spawnSync('sh', ['-c', `head -c 8000000 /dev/zero > ${filler}`]);
  assert.notEqual(status, null);
  const { code, out, err } = project.pipe('run', 'p.yaml', '--set', 'vars.size=501', '--json');
  assert.notEqual(code, 0);
  assert.match(out + err, /disk-full/);
  assert.doesNotMatch(out + err, /\n\s+at /);
  rmSync(filler);
  writeFileSync(join(disk, 'room'), '');
  assert.deepEqual(project.run('p.yaml', '--set', 'vars.size=500'), { small: 'cached', large: 'cached' });
});
