import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { pack } from 'tar-stream';
import { readArchive } from '../../src/data/archive.ts';
import { Failure } from '../../src/diagnostics/diagnostic.ts';
import { zipOf } from './rig.ts';

async function namesIn(archive: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, read } of readArchive(archive)) {
    await read();
    names.push(name);
  }
  return names;
}

const isUnsupported = (message: RegExp) => (error: unknown) =>
  error instanceof Failure && error.diagnostic.code === 'unsupported-archive' && message.test(error.message);

test('a zip whose file is damaged, or needs a password, is told with the name of the file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = join(folder, 'a.zip');
  const whole = zipOf({ './a.txt': 'what is stored', 'b.txt': '' });
  writeFileSync(at, whole);
  assert.deepEqual(await namesIn(at), ['a.txt', 'b.txt']);
  const damaged = Buffer.from(whole);
  damaged[whole.indexOf('stored')] = 0;
  writeFileSync(at, damaged);
  await assert.rejects(namesIn(at), /a\.zip can't be read to its end: \.\/a\.txt has another checksum/);
  const locked = Buffer.from(whole);
  // Flags, and a method of which the size alone tells nothing.
  locked[whole.indexOf('PK\x01\x02') + 8] = 1;
  locked[whole.indexOf('PK\x01\x02') + 10] = 8;
  writeFileSync(at, locked);
  await assert.rejects(namesIn(at), isUnsupported(/\.\/a\.txt in .*a\.zip is encrypted/));
});

test('a tar is told by its content, whatever its first file is called; a file takes the place of an earlier link', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = join(folder, 'PKLot.tar');
  const made = pack();
  made.entry({ name: 'PKLot/a.txt' }, 'target');
  made.entry({ name: 'PKLot/b.txt', type: 'symlink', linkname: 'a.txt' });
  made.entry({ name: 'PKLot/b.txt' }, 'own');
  made.finalize();
  writeFileSync(at, await buffer(made));
  const found: string[] = [];
  for await (const { name, read } of readArchive(at)) found.push(`${name}: ${await read()}`);
  assert.deepEqual(found, ['PKLot/a.txt: target', 'PKLot/b.txt: own']);
});

test('what a sound archive has that is not read is told as that, where it is asked for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = join(folder, 'a.zip');
  writeFileSync(at, zipOf({ '/a.txt': 'x' }));
  await assert.rejects(namesIn(at), isUnsupported(/absolute path: \/a\.txt/));
  const packed = Buffer.from(zipOf({ 'a.txt': 'x', 'b.txt': 'y' }));
  packed[packed.lastIndexOf('PK\x01\x02') + 10] = 14;
  writeFileSync(at, packed);
  await assert.rejects(namesIn(at), isUnsupported(/unsupported compression method: 14/));
  const names: string[] = [];
  for await (const { name, read } of readArchive(at)) if (name === 'a.txt') names.push(`${await read()}`);
  assert.deepEqual(names, ['x']);
});

test('an archive of another form is told by its form, not as damaged', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = join(folder, 'a.tar.xz');
  for (const [start, form] of [
    ['fd377a585a00', 'xz'],
    ['425a6839', 'bzip2'],
    ['28b52ffd', 'zstd'],
    ['377abcaf271c', '7-Zip'],
    ['526172211a07', 'RAR'],
  ] as const) {
    writeFileSync(at, Buffer.concat([Buffer.from(start, 'hex'), Buffer.alloc(1000)]));
    await assert.rejects(namesIn(at), isUnsupported(new RegExp(`is packed with ${form}$`)));
  }
});
