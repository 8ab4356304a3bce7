/** One of several processes that fill the same cache: `writer.ts FOLDER NAME ROUNDS`. */
import assert from 'node:assert/strict';
import { openCache } from '../../src/cache/cache.ts';
import { adopt, key, resultOf } from './rig.ts';

const [folder = '', name = '', rounds = '0'] = process.argv.slice(2);
const store = await openCache(folder);
for (let round = 0; round < Number(rounds); round++) {
  const port = await adopt(store, { 'same.txt': `round ${round}`, 'own.txt': `${name} ${round}` });
  await store.record(key('a'), 'train', { round }, resultOf(port, { name }));
  await store.bringOut('cifar', null, 'train', { out: port });
  const entry = await store.lookup(key('a'));
  assert(entry, 'an entry that was there is never missing or torn');
  for (const result of entry.results) {
    for (const content of Object.values(result.ports))
      assert(await store.intact(content), 'an entry has its objects');
  }
}
