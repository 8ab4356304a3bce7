import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSealed, seal } from '../../src/cache/files.ts';
import { hashOf, openStatCache } from '../../src/cache/stat-cache.ts';
import { makeFolder } from './rig.ts';

const longAgo = 1e9;

test('a file changed at once after it was hashed, with the same size and time, is hashed anew', async (t) => {
  const file = join(makeFolder(t), 'file');
  const stats = openStatCache(`${file}.stat.json`);
  writeFileSync(file, 'one');
  const { mtimeMs } = statSync(file);
  await stats.hash(file);
  writeFileSync(file, 'two');
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
  assert.equal(await stats.hash(file), await hashOf(file));
});

test('a file of the user’s whose time was set back after an edit is hashed anew', async (t) => {
  const file = join(makeFolder(t), 'file');
  const stats = openStatCache(`${file}.stat.json`);
  writeFileSync(file, 'one');
  utimesSync(file, longAgo, longAgo);
  await stats.hash(file);
  await new Promise((resolve) => setTimeout(resolve, 20));
  writeFileSync(file, 'two');
  utimesSync(file, longAgo, longAgo);
  assert.equal(await stats.hash(file), await hashOf(file));
});

test('what a process has hashed the next one takes from stat.json; a damaged one, and one of before the machine’s last start, is forgotten', async (t) => {
  const folder = makeFolder(t);
  const [file, memory] = [join(folder, 'file'), join(folder, 'stat.json')];
  writeFileSync(file, 'one');
  utimesSync(file, longAgo, longAgo);
  const module = new URL('../../src/cache/stat-cache.ts', import.meta.url).href;
  const code = `const { openStatCache } = await import(${JSON.stringify(module)}); await openStatCache(process.argv[1]).hash(process.argv[2]);`;
  const done = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', code, memory, file],
    { encoding: 'utf8' },
  );
  assert.equal(done.status, 0, done.stderr);
  // No file can be changed so that its times do not show it: another hash in the memory proves where the answer comes from.
  const other = '0'.repeat(64);
  const text = JSON.stringify(readSealed(memory)).replace(await hashOf(file), other);
  writeFileSync(memory, seal(text));
  assert.equal(await openStatCache(memory).hash(file), other);
  const damages = ['', '{"sha256":"', seal(text).slice(0, -9), seal(text).replace(other, '1'.repeat(64))];
  for (const torn of [...damages, seal(text.replace(/"boot":"/, '"boot":"before '))]) {
    writeFileSync(memory, torn);
    assert.equal(await openStatCache(memory).hash(file), await hashOf(file));
  }
});
