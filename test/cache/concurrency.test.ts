import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCache } from '../../src/cache/cache.ts';
import { key, makeFolder } from './rig.ts';

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
const rounds = process.env.PIPE_SOAK ? 200 : 20;

test('processes that fill one cache at once see only whole entries with all their objects', async (t) => {
  const folder = makeFolder(t);
  const errors = await Promise.all(['a', 'b', 'c'].map((name) => finished(start(folder, name))));
  assert.deepEqual(errors, ['', '', '']);
  const store = await openCache(folder);
  const stage = join(folder, 'out', 'cifar', 'train', 'out');
  assert.deepEqual(readdirSync(stage), ['own.txt', 'same.txt']);
  assert.match(readFileSync(join(stage, 'own.txt'), 'utf8'), new RegExp(`^[abc] ${rounds - 1}$`));
  assert(await store.lookup(key('a')));
  assert.deepEqual(readdirSync(join(folder, 'work')), []);
});

test('a writer killed at any moment leaves no entry without its objects', async (t) => {
  for (let delay = 0; delay < (process.env.PIPE_SOAK ? 100 : 6); delay++) {
    const folder = makeFolder(t);
    const child = start(folder, 'a', 1e6);
    await new Promise((resolve) => setTimeout(resolve, 500 + delay * 37));
    child.kill('SIGKILL');
    await finished(child);
    const store = await openCache(folder);
    const entry = await store.lookup(key('a'));
    for (const result of entry?.results ?? []) {
      for (const content of Object.values(result.ports)) assert.equal(await store.intact(content), true);
    }
    assert.deepEqual(readdirSync(join(folder, 'work')), []);
  }
});

function start(folder: string, name: string, count = rounds) {
  return spawn(process.execPath, ['--import', 'tsx', writer, folder, name, String(count)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** What it wrote to stderr. */
async function finished(child: ReturnType<typeof start>): Promise<string> {
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.on('close', resolve));
  return text;
}
