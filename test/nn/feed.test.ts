import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchPlan } from '../../src/data/batches.ts';
import { openFeed } from '../../src/data/feed.ts';
import { waves } from './dataset.ts';

async function batches(count: number, workers: number, change: Partial<BatchPlan> = {}): Promise<string[]> {
  const data = waves(rows);
  const plan = { rows: data.splits.train, batchSize: 5, training: { seed: 1 }, firstBatch: 0, ...change };
  const feed = openFeed(data, plan, workers);
  const made: string[] = [];
  for (let n = 0; n < count; n++) {
    const { x, y } = await feed.next();
    made.push(
      `${Buffer.from(Uint8Array.from(new Uint8Array(x.slice().buffer))).toString('hex')} ${y.join('')}`,
    );
  }
  await feed.close();
  return made;
}

const rows = 23;
const steps = 5;

test('batches are the same bytes for any number of workers, over the ends of epochs', async () => {
  const alone = await batches(3 * steps, 0);
  assert.equal(new Set(alone).size, 3 * steps);
  for (const workers of [1, 2, 3]) assert.deepEqual(await batches(3 * steps, workers), alone);
});

test('a feed that starts later, also within an epoch, gives the batches that it would have come to', async () => {
  const all = await batches(3 * steps, 1);
  assert.deepEqual(
    await batches(2 * steps, 2, { firstBatch: steps - 2 }),
    all.slice(steps - 2, 3 * steps - 2),
  );
  assert.deepEqual(await batches(steps, 1, { firstBatch: 2 * steps }), all.slice(2 * steps));
});

test('an epoch has each row once, in another order than the last', async () => {
  const labels = (made: string[]): string => made.map((batch) => batch.split(' ')[1]).join('');
  const made = await batches(2 * steps, 1);
  const [first, second] = [labels(made.slice(0, steps)), labels(made.slice(steps))];
  assert.notEqual(first, second);
  assert.equal(first.length, rows * 3);
  assert.deepEqual(
    [...first.matchAll(/.../g)].map(String).sort(),
    [...second.matchAll(/.../g)].map(String).sort(),
  );
});

test('rows that are not for training come in order, normalized and as they are', async () => {
  const [first = ''] = await batches(1, 1, { training: null });
  const values = new Float32Array(Uint8Array.from(Buffer.from(first.split(' ')[0] ?? '', 'hex')).buffer);
  assert.deepEqual(
    [...values.slice(0, 3)],
    [0, 37, 74].map((pixel) => Math.fround((pixel - 120) / 60)),
  );
});
