/** A worker thread of a feed: makes its share of the batches, as far ahead as there are slots. */
import { workerData } from 'node:worker_threads';
import { batchMaker } from './batches.ts';
import { type FeedOrder, slotOf } from './feed.ts';

makeBatches(workerData);

function makeBatches({ dataset, plan, slots, worker, workers }: FeedOrder): never {
  const make = batchMaker(dataset, plan);
  for (let n = worker; ; n += workers) {
    waitForSlot(slots, n);
    make(n, slotOf(slots, dataset, plan, n));
    Atomics.store(slots.ready, n % slots.count, n + 1);
    Atomics.notify(slots.ready, n % slots.count);
  }
}

/** Until the batch that was last in the slot has been used up. */
function waitForSlot({ used, count }: FeedOrder['slots'], n: number): void {
  for (;;) {
    const now = Atomics.load(used, 0);
    if (n < now + count) return;
    Atomics.wait(used, 0, now);
  }
}
