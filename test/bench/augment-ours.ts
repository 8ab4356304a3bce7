/** Our side of `npm run bench:augment`: DATA_BATCH.bin; `go` on stdin: images a second from a feed with two workers. */
import { createInterface } from 'node:readline';
import { openFeed } from '../../src/data/feed.ts';
import { readCifar } from './cifar.ts';

const batchSize = 64;
const batches = 600;
const dataset = readCifar(process.argv[2] ?? '', 9984, 0);
const plan = { rows: dataset.splits.train, batchSize, training: { seed: 42 }, firstBatch: 0 };
const feed = openFeed(dataset, plan, 2);
for (let n = 0; n < 100; n++) await feed.next();
process.stdout.write(`${JSON.stringify({ ready: 'a feed, 2 workers' })}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  const started = performance.now();
  for (let n = 0; n < batches; n++) await feed.next();
  const rate = (batchSize * batches * 1000) / (performance.now() - started);
  process.stdout.write(`${JSON.stringify({ rate })}\n`);
}
process.exit(0);
