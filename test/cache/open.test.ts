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

test('a complete cache that has become read-only is refused', { skip: cannotBeNobody() }, async (t) => {
  const { folder } = await makeRig(t);
  for (const name of readdirSync(folder))
    chmodSync(join(folder, name), name.endsWith('.json') ? 0o444 : 0o555);
  chmodSync(folder, 0o555);
  const free = makeFolder(t);
  chmodSync(free, 0o777);
  if (openedAs(nobody, join(free, 'cache')) !== 'opened')
    return t.skip('another user can not run this checkout');
  assert.equal(openedAs(nobody, folder), 'cache-not-writable');
});

test('folders of running stages stay; those of processes that are gone are removed at the next opening', async (t) => {
  const { folder, store } = await makeRig(t);
  const mine = await store.workFolder();
  const name = mine.slice(join(folder, 'work').length + 1);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const dead = join(folder, 'work', name.replace(`-${process.pid}-`, `-${gone}-`));
  const elsewhere = join(folder, 'work', `00000000-${gone}-0-0`);
  mkdirSync(dead);
  mkdirSync(elsewhere);
  await openCache(folder);
  assert.deepEqual([mine, dead, elsewhere].map(existsSync), [true, false, true]);
});

/** Anyone but the superuser, who may write anywhere. */
const nobody = process.getuid?.() === 0 ? 65534 : process.getuid?.();

/** What opening the folder fails with in a process of that user. */
function openedAs(uid: number | undefined, folder: string): string {
  const module = new URL('../../src/cache/cache.ts', import.meta.url).href;
  const code = `const { openCache } = await import(${JSON.stringify(module)});
    await openCache(${JSON.stringify(folder)}).then(() => console.log('opened'), (error) => console.log(error.diagnostic.code));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', code];
  const options = { encoding: 'utf8', ...(uid === undefined ? {} : { uid }) } as const;
  const done = spawnSync(process.execPath, args, options);
  return `${done.stdout}${done.stderr}`.trim();
}

function cannotBeNobody(): string | false {
  return process.platform === 'win32' ? 'Windows has no such permissions' : false;
}
