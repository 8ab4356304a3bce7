import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCache } from '../../src/cache/cache.ts';
import { Failure } from '../../src/diagnostics/diagnostic.ts';
import { makeFolder, makeRig } from './rig.ts';

for (const marker of ['{"version":2}', '{"version":"1"}', '{}', 'torn']) {
  test(`a cache whose format is ${marker} is refused and left as it is`, async (t) => {
    const folder = makeFolder(t);
    writeFileSync(join(folder, 'format.json'), marker);
    await assert.rejects(
      openCache(folder),
      (error) => error instanceof Failure && error.diagnostic.code === 'cache-version',
    );
    assert.deepEqual(readdirSync(folder), ['format.json']);
  });
}

test('a cache that can not be made is refused with what to do', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'file'), '');
  const expected = {
    code: 'cache-not-writable',
    fix: 'make the folder writable, or choose another: --cache FOLDER or PIPE_CACHE',
  };
  await assert.rejects(openCache(join(folder, 'file', 'cache')), (error) => {
    assert(error instanceof Failure);
    assert.deepEqual({ code: error.diagnostic.code, fix: error.diagnostic.fix }, expected);
    return true;
  });
});

test('a complete cache that has become read-only is refused', {
  skip: process.platform === 'win32',
}, async (t) => {
  const { folder } = await makeRig(t);
  for (const name of readdirSync(folder))
    chmodSync(join(folder, name), name.endsWith('.json') ? 0o444 : 0o555);
  chmodSync(folder, 0o555);
  t.after(() => {
    chmodSync(folder, 0o755);
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
  });
  await asNobody(() =>
    assert.rejects(
      openCache(folder),
      (error) => error instanceof Failure && error.diagnostic.code === 'cache-not-writable',
    ),
  );
});

test('folders of running stages stay; those of processes that are gone are removed at the next opening', async (t) => {
  const { folder, store } = await makeRig(t);
  const mine = await store.workFolder('train [seed=1]');
  const name = mine.slice(join(folder, 'work').length + 1);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const dead = join(folder, 'work', name.replace(`-${process.pid}-`, `-${gone}-`));
  const elsewhere = join(folder, 'work', `00000000-${gone}-0-train`);
  mkdirSync(dead);
  mkdirSync(elsewhere);
  await openCache(folder);
  assert.deepEqual([mine, dead, elsewhere].map(existsSync), [true, false, true]);
});

/** The superuser may write anywhere. */
async function asNobody(job: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await job();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
