import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { version } from '../../src/cli/version.ts';

test('types and tables in the repository are those that schemas and codes make', () => {
  const { status, stderr } = spawnSync(process.execPath, ['src/build/generate.mjs', '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('pipe tells the version of its package', () => {
  assert.equal(version, JSON.parse(readFileSync('package.json', 'utf8')).version);
});

test('the lock file is for every platform and names no registry', () => {
  const text = readFileSync('package-lock.json', 'utf8');
  assert.ok(!text.includes('"resolved"'));
  for (const platform of ['linux-x64', 'darwin-arm64', 'win32-x64'])
    assert.ok(text.includes(`"node_modules/@esbuild/${platform}"`), platform);
});
