import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Evidence } from '../../src/run/store.ts';
import { adopt, key, makeRig, resultOf } from './rig.ts';

// Each cache waits for the end of its process, and here one process opens many.
process.setMaxListeners(0);

const fingerprint = key('f');

/** One stage with a result that is kept and brought out. */
async function finished(t: TestContext) {
  const { store, folder } = await makeRig(t);
  const result = resultOf(await adopt(store, { 'a.txt': 'one', 'deep/b.txt': 'two' }));
  const { ports } = result;
  await store.record(fingerprint, 'command', {}, result);
  await store.bringOut('p', null, 's', ports);
  const gather = (): Evidence | null =>
    store.evidence.gather('p', null, [{ stage: 's', fingerprint, ports }]);
  return { store, folder, ports, gather };
}

test('what a finished run stands on is its entries, its objects, and all files and folders that were brought out', async (t) => {
  const { gather, store } = await finished(t);
  const evidence = gather();
  assert.ok(evidence);
  const paths = [...evidence.paths].sort();
  assert.equal(paths.filter((path) => path.startsWith('objects/')).length, 2);
  assert.deepEqual(
    paths.filter((path) => !path.startsWith('objects/')),
    [
      `index/results/ff/${'f'.repeat(62)}.json`,
      'out/p/s',
      'out/p/s/out',
      'out/p/s/out/a.txt',
      'out/p/s/out/deep',
      'out/p/s/out/deep/b.txt',
    ],
  );
  assert.equal(store.evidence.holds(evidence), true);
});

const changes: { [what: string]: (path: string) => void } = {
  removed: (path) => rmSync(path, { recursive: true }),
  touched: (path) => utimesSync(path, 1, 1),
  'replaced by a folder': (path) => {
    rmSync(path, { recursive: true });
    mkdirSync(path);
  },
  'written again': (path) => {
    if (statSync(path).isDirectory()) writeFileSync(join(path, 'more'), '');
    else {
      chmodSync(path, 0o644);
      chmodSync(dirname(path), 0o755);
      unlinkSync(path);
      writeFileSync(path, '');
    }
  },
};
for (const [what, change] of Object.entries(changes)) {
  test(`no file or folder of it can be ${what} without its being seen`, async (t) => {
    const first = await finished(t);
    for (const path of first.gather()?.paths ?? []) {
      const { store, folder, gather } = await finished(t);
      const evidence = gather();
      assert.ok(evidence);
      change(join(folder, path));
      assert.equal(store.evidence.holds(evidence), false, path);
    }
  });
}

test('what nobody has seen whole is no evidence: an output that was edited before it was asked for', async (t) => {
  const { store, folder, gather } = await finished(t);
  const file = join(folder, 'out/p/s/out/a.txt');
  chmodSync(file, 0o644);
  writeFileSync(file, 'eno');
  const evidence = gather();
  // Stamps are those of when it was seen: they hold no more.
  assert.equal(evidence !== null && store.evidence.holds(evidence), false);
});
