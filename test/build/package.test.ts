import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../rig/project.ts';

test('what npm packs runs as it is, and packing leaves the checkout as it was', (t) => {
  const checkout = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(checkout, { recursive: true, force: true }));
  for (const name of ['src', 'schemas', 'pipelines', 'package.json', 'package-lock.json', 'README.md'])
    cpSync(resolve(name), join(checkout, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'));
  const own = makeProject(t, {});
  const windows = process.platform === 'win32';
  const packed = spawnSync(windows ? 'npm.cmd' : 'npm', ['pack', '--pack-destination', own.folder], {
    cwd: checkout,
    shell: windows,
    // What `npm test` tells npm would make it pack another folder.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
    encoding: 'utf8',
  });
  assert.equal(packed.status, 0, packed.stderr);
  assert.equal(existsSync(join(checkout, 'dist', 'package')), false);
  const archive = readdirSync(own.folder).find((name) => name.endsWith('.tgz')) ?? '';
  spawnSync('tar', ['xzf', archive], { cwd: own.folder });
  mkdirSync(join(own.folder, 'node_modules'));
  for (const name of readdirSync(resolve('node_modules')))
    symlinkSync(resolve('node_modules', name), join(own.folder, 'node_modules', name));
  cpSync(join(own.folder, 'package'), join(own.folder, 'node_modules/pipe-experiments'), { recursive: true });
  const pipe = (...args: string[]) =>
    spawnSync(process.execPath, ['node_modules/pipe-experiments/src/build/launch.mjs', ...args], {
      cwd: own.folder,
      encoding: 'utf8',
    });
  const made = pipe('init');
  assert.equal(made.status, 0, made.stderr);
  assert.equal(pipe('validate', '--strict').status, 0);
  const ran = pipe('run', 'pipelines/first.yaml', '--until', 'normalize', '--engine', 'wasm');
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(readdirSync(join(own.folder, 'node_modules/pipe-experiments/dist')), ['package']);
});
