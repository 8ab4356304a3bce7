import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modulesOf, presentSources, recordedSources, whatChanged } from '../rig/components.ts';
import { broken, presentGolden, recordedGolden } from '../rig/golden.ts';

const raise =
  'raise the versions (src/stages/components.ts) of those that give other bytes now, then `npm run components`';

test('a component whose source changed has a new version, or was said to give the same bytes', async () => {
  const changed = whatChanged(recordedSources(), await presentSources());
  assert.deepEqual(changed, [], raise);
});

test('what a component does in threads belongs to its source', async () => {
  const modules = await modulesOf('data/image-folder.ts');
  assert.deepEqual([...modules.keys()], ['data/image-folder.ts', 'data/decode-worker.ts']);
  const decoder = Buffer.from(modules.get('data/decode-worker.ts') ?? []).toString();
  assert.match(decoder, /function paeth/, 'the decoder is in it');
});

const platform = `${process.platform}-${process.arch}`;
const skip = platform === 'linux-x64' ? false : `recorded on linux-x64, this is ${platform}`;

test('the same fingerprint gives the bytes that it always gave, on wasm', { skip }, () => {
  const [recorded, present] = [recordedGolden(), presentGolden()];
  assert.deepEqual(broken(recorded, present), [], raise);
  assert.deepEqual(present, recorded, '`npm run components` records the new fingerprints');
});

test('a change of a source, a raised version and other bytes are told apart', () => {
  const source = (digest: string, version: number) => ({ 'a.ts': { digest, versions: { a: version } } });
  assert.deepEqual(whatChanged(source('1', 1), source('1', 1)), []);
  assert.deepEqual(whatChanged(source('1', 1), source('2', 1)), [
    'src/a.ts has changed, and no version of a',
  ]);
  assert.deepEqual(whatChanged(source('1', 1), source('2', 2)), ['src/a.ts: a 1 → 2']);
  const golden = (fingerprint: string, digest: string) => ({
    train: { fingerprint, ports: { trained: digest } },
  });
  assert.deepEqual(broken(golden('1', '1'), golden('1', '2')), ['train: trained']);
  assert.deepEqual(broken(golden('1', '1'), golden('2', '2')), []);
});
