import assert from 'node:assert/strict';
import { chmodSync, readFileSync, truncateSync } from 'node:fs';
import { test } from 'node:test';
import type { Store } from '../../src/run/store.ts';
import { key, makeRig, writeFiles } from './rig.ts';

const wasm = { name: 'wasm' };

test('the newest checkpoint within the epochs asked for is found, for its own engine and training alone', async (t) => {
  const { store } = await makeRig(t);
  await save(store, 1);
  await save(store, 2);
  assert.equal(await latest(store, 9), 'epoch 2');
  assert.equal(await latest(store, 1), null);
  assert.equal(await store.checkpoints.latest(key('a'), { name: 'native' }, 9), null);
  assert.equal(await store.checkpoints.latest(key('b'), wasm, 9), null);
});

test('a shorter training anew keeps the state that a longer one has reached', async (t) => {
  const { store } = await makeRig(t);
  for (const epoch of [8, 1, 2]) await save(store, epoch);
  assert.equal(await latest(store, 5), 'epoch 2');
  assert.equal(await latest(store, 20), 'epoch 8');
});

test('checkpoints saved without waiting lose none', async (t) => {
  const { store } = await makeRig(t);
  await Promise.all([1, 2, 3, 4].map((epoch) => save(store, epoch)));
  assert.equal(await latest(store, 9), 'epoch 4');
});

test('a damaged checkpoint is passed over', async (t) => {
  const { store } = await makeRig(t);
  for (const epoch of [8, 2]) await save(store, epoch);
  const found = await store.checkpoints.latest(key('a'), wasm, 9);
  const file = found?.files['weights.bin'];
  assert(file);
  chmodSync(file, 0o644);
  truncateSync(file, 3);
  assert.equal(await latest(store, 9), 'epoch 2');
});

async function save(store: Store, epoch: number): Promise<void> {
  const folder = await store.workFolder();
  writeFiles(folder, { 'weights.bin': `epoch ${epoch}` });
  await store.checkpoints.save(key('a'), wasm, epoch, folder);
}

async function latest(store: Store, maxEpoch: number): Promise<string | null> {
  const found = await store.checkpoints.latest(key('a'), wasm, maxEpoch);
  const file = found?.files['weights.bin'];
  return file === undefined ? null : readFileSync(file, 'utf8');
}
