import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSealed, seal, unsealed } from '../../src/cache/files.ts';
import type { FileRef, PortContent, Store } from '../../src/run/store.ts';
import { adopt, key, makeRig, resultOf, writeFiles } from './rig.ts';

const text = 'forty-two bytes of something worth keeping';

/** How a whole object is harmed. */
const damages: { [how: string]: (path: string) => void } = {
  'is gone': (path) => rmSync(path),
  'is cut short': (path) => {
    chmodSync(path, 0o644);
    truncateSync(path, 10);
  },
  'has a flipped bit, and its old time': (path) => {
    const { atime, mtime } = statSync(path);
    chmodSync(path, 0o644);
    const bytes = readFileSync(path);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  },
  'has other bytes of the same length': (path) => {
    chmodSync(path, 0o644);
    writeFileSync(path, text.toUpperCase());
    utimesSync(path, 1e9, 1e9);
  },
  'is a folder': (path) => {
    rmSync(path);
    mkdirSync(join(path, 'inside'), { recursive: true });
  },
};

for (const [how, harm] of Object.entries(damages)) {
  test(`an object that ${how} is noticed, and mended when its content is adopted again`, async (t) => {
    const { store } = await makeRig(t);
    const port = await adopt(store, { 'a.txt': text });
    assert.equal(await store.intact(port), true);
    const path = store.objectPath(only(port));

    harm(path);
    assert.equal(await store.intact(port), false);

    assert.deepEqual(await adopt(store, { 'a.txt': text }), port);
    assert.equal(await store.intact(port), true);
    assert.equal(readFileSync(path, 'utf8'), text);
  });
}

test('objects are read-only and kept once, whatever they are called', async (t) => {
  const { store } = await makeRig(t);
  const port = await adopt(store, { 'a.txt': text, 'deep/b.txt': text });
  assert.deepEqual(Object.keys(port.files), ['a.txt', 'deep/b.txt']);
  assert.deepEqual(port.files['a.txt'], port.files['deep/b.txt']);
  assert.equal(statSync(store.objectPath(only(port))).mode & 0o777, 0o444);
});

test('a result is not recorded when an object of it is missing', async (t) => {
  const { store } = await makeRig(t);
  const port = await adopt(store, { 'a.txt': text });
  rmSync(store.objectPath(only(port)));
  await assert.rejects(store.record(key('a'), 'train', {}, resultOf(port)), /lacks `a.txt`/);
  assert.equal(await store.lookup(key('a')), null);
});

const resealed = (whole: string, change: (json: string) => string): string =>
  seal(change(JSON.stringify(unsealed(whole))));

const brokenEntries: { [what: string]: (whole: string) => string } = {
  'has a flipped bit in a number': (whole) => whole.replace('"seconds":1', '"seconds":3'),
  'is noise': () => '\u0000\u0007noise',

  'is cut short': (whole) => whole.slice(0, whole.length / 2),
  'is empty': () => '',
  'is of a newer version': (whole) => resealed(whole, (json) => json.replace('"version":1', '"version":2')),
  'belongs to another fingerprint': (whole) => resealed(whole, (json) => json.replace(key('a'), key('b'))),
};
test('an entry of before entries had a digest is read as it is', async (t) => {
  const { store, folder } = await makeRig(t);
  const result = await recorded(store);
  const file = join(folder, 'index', 'results', 'aa', `${'a'.repeat(62)}.json`);
  writeFileSync(file, JSON.stringify(readSealed(file)));
  assert.deepEqual((await store.lookup(key('a')))?.results, [result]);
});

for (const [what, harm] of Object.entries(brokenEntries)) {
  test(`an index entry that ${what} is one miss, and is replaced by the next result`, async (t) => {
    const { store, folder } = await makeRig(t);
    const result = await recorded(store);
    const file = join(folder, 'index', 'results', 'aa', `${'a'.repeat(62)}.json`);
    writeFileSync(file, harm(readFileSync(file, 'utf8')));
    assert.equal(await store.lookup(key('a')), null);
    await store.record(key('a'), 'train', {}, result);
    assert.deepEqual((await store.lookup(key('a')))?.results, [result]);
  });
}

test('one damaged result does not hide the others of its entry', async (t) => {
  const { store, folder } = await makeRig(t);
  const result = await recorded(store);
  const file = join(folder, 'index', 'results', 'aa', `${'a'.repeat(62)}.json`);
  const entry = Object(readSealed(file));
  const hurt = {
    ...result,
    ports: { out: { ...result.ports.out, files: { 'a.txt': { hash: '../../x', size: 1 } } } },
  };
  writeFileSync(
    file,
    seal(JSON.stringify({ ...entry, results: [null, hurt, { ...result, version: 2 }, ...entry.results] })),
  );
  assert.deepEqual((await store.lookup(key('a')))?.results, [result]);
});

test('a result replaces that of its own engine, whatever the order of the identity’s keys', async (t) => {
  const { store } = await makeRig(t);
  const port = await adopt(store, { 'a.txt': text });
  await store.record(key('a'), 'train', {}, resultOf(port, { name: 'wasm', threads: 2 }, 'first'));
  await store.record(key('a'), 'train', {}, resultOf(port, { name: 'native' }, 'other'));
  await store.record(key('a'), 'train', {}, resultOf(port, { threads: 2, name: 'wasm' }, 'second'));
  assert.deepEqual(
    (await store.lookup(key('a')))?.results.map((one) => one.summary),
    ['other', 'second'],
  );
});

test('an output that can not be kept is refused by its name', async (t) => {
  const { store } = await makeRig(t);
  const work = await store.workFolder();
  writeFiles(work, { 'a.txt': text });
  const { symlinkSync } = await import('node:fs');
  symlinkSync(join(work, 'a.txt'), join(work, 'link.txt'));
  const files = await store.adoptFolder(work);
  assert.deepEqual(files['link.txt'], files['a.txt']);

  symlinkSync('nowhere', join(work, 'dangling'));
  await assert.rejects(store.adoptFolder(work), { message: /`dangling` is neither a file/ });
});

async function recorded(store: Store) {
  const result = resultOf(await adopt(store, { 'a.txt': text }));
  await store.record(key('a'), 'train', {}, result);
  return result;
}

function only(port: PortContent): FileRef {
  const [ref] = Object.values(port.files);
  assert(ref);
  return ref;
}
