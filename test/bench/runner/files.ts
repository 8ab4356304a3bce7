/** Inputs: hashing one large file and many small ones, finding them unchanged, bringing many out. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../../src/cache/cache.ts';

/** Seconds. Files have to be older than what counts as just changed. */
export async function measureFiles(root: string): Promise<{ readonly [what: string]: number }> {
  const [large, many, cache] = [join(root, 'large'), join(root, 'many'), join(root, 'cache')];
  mkdirSync(many);
  writeFileSync(large, Buffer.concat(Array.from({ length: 16 }, () => randomBytes(1 << 26))));
  for (let i = 0; i < 10_000; i++) writeFileSync(join(many, String(i)), randomBytes(4096));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const store = await openCache(cache);
  const hashMany = async (): Promise<void> => {
    for (const name of readdirSync(many)) await store.hashFile(join(many, name));
  };
  const result = {
    'hash 1 GiB, first': await seconds(() => store.hashFile(large)),
    'hash 1 GiB, again': await seconds(() => store.hashFile(large)),
    'hash 10,000 files of 4 KiB, first': await seconds(hashMany),
    'hash 10,000 files of 4 KiB, again': await seconds(hashMany),
    'keep 10,000 files as an output': 0,
    'check 10,000 kept files': 0,
    'bring 10,000 files out': 0,
    'check 10,000 files brought out': 0,
  };
  result['keep 10,000 files as an output'] = await seconds(() => store.adoptFolder(many));
  for (let i = 0; i < 10_000; i++) writeFileSync(join(many, String(i)), String(i));
  const port = store.portContent('files', await store.adoptFolder(many));
  result['check 10,000 kept files'] = await seconds(() => store.intact(port));
  const bringOut = (): Promise<void> => store.bringOut('p', null, 's', { port });
  result['bring 10,000 files out'] = await seconds(bringOut);
  result['check 10,000 files brought out'] = await seconds(bringOut);
  rmSync(cache, { recursive: true, force: true });
  return result;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started) / 1000;
}
