import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/diagnostics/diagnostic.ts';
import { adopt, makeRig } from './rig.ts';

test('outputs are brought out by pipeline, profile, stage and port, and left alone when they are there', async (t) => {
  const { store, folder } = await makeRig(t);
  const port = await adopt(store, { 'a.txt': 'one', 'deep/b.txt': 'two' });
  await store.bringOut('cifar', 'quick', 'train', { out: port });
  const stage = join(folder, 'out', 'cifar@quick', 'train');
  assert.equal(readFileSync(join(stage, 'out', 'deep', 'b.txt'), 'utf8'), 'two');
  const before = statSync(stage).ino;
  await store.bringOut('cifar', 'quick', 'train', { out: port });
  assert.equal(statSync(stage).ino, before);
});

const edits: { [what: string]: (stage: string) => void } = {
  'edited by hand': (stage) => {
    chmodSync(join(stage, 'out', 'a.txt'), 0o644);
    writeFileSync(join(stage, 'out', 'a.txt'), 'eno');
  },
  'partly deleted': (stage) => unlinkSync(join(stage, 'out', 'a.txt')),
  'added to': (stage) => writeFileSync(join(stage, 'out', 'more.txt'), ''),
  'deleted whole': (stage) => rmSync(stage, { recursive: true }),
};
for (const [what, edit] of Object.entries(edits)) {
  test(`outputs that were ${what} are brought out again`, async (t) => {
    const { store, folder } = await makeRig(t);
    const port = await adopt(store, { 'a.txt': 'one' });
    await store.bringOut('cifar', null, 'train', { out: port });
    edit(join(folder, 'out', 'cifar', 'train'));
    await store.bringOut('cifar', null, 'train', { out: port });
    assert.deepEqual(readdirSync(join(folder, 'out', 'cifar', 'train', 'out')), ['a.txt']);
    assert.equal(readFileSync(join(folder, 'out', 'cifar', 'train', 'out', 'a.txt'), 'utf8'), 'one');
    assert.equal(await store.intact(port), true);
  });
}

test('other results replace a stage’s folder whole, also when there are none', async (t) => {
  const { store, folder } = await makeRig(t);
  const stage = join(folder, 'out', 'cifar', 'train');
  await store.bringOut('cifar', null, 'train', { old: await adopt(store, { 'a.txt': 'one' }) });
  await store.bringOut('cifar', null, 'train', { out: await adopt(store, { 'b.txt': 'two' }) });
  assert.deepEqual(readdirSync(stage), ['out']);
  await store.bringOut('cifar', null, 'train', {});
  assert.deepEqual(readdirSync(stage), []);
  const work = readdirSync(join(folder, 'work'), { withFileTypes: true, recursive: true });
  assert.deepEqual(
    work.filter((entry) => !entry.isDirectory()),
    [],
  );
});

test('a large file edited under out is noticed in the store', async (t) => {
  const { store, folder } = await makeRig(t);
  const port = await adopt(store, { 'big.bin': 'x'.repeat(9 * 1024 * 1024) });
  await store.bringOut('cifar', null, 'train', { out: port });
  const file = join(folder, 'out', 'cifar', 'train', 'out', 'big.bin');
  chmodSync(file, 0o644);
  writeFileSync(file, 'y'.repeat(9 * 1024 * 1024));
  const [ref] = Object.values(port.files);
  assert(ref);
  const shared = readFileSync(store.objectPath(ref), 'utf8').startsWith('y');
  assert.equal(await store.intact(port), !shared);
});

test('outputs that can not be brought out are a failure that names stage and folder', async (t) => {
  const { store, folder } = await makeRig(t);
  const port = await adopt(store, { 'a.txt': 'one' });
  writeFileSync(join(folder, 'out', 'cifar'), 'in the way');
  await assert.rejects(store.bringOut('cifar', null, 'train', { out: port }), (error) => {
    assert(error instanceof Failure);
    assert.equal(error.diagnostic.code, 'outputs-not-written');
    assert.match(error.message, /the outputs of `train` can't be put into/);
    return true;
  });
  assert.equal(existsSync(join(folder, 'out', 'cifar', 'train')), false);
});
