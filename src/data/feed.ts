/**
 * Batches made ahead by worker threads in shared memory. The engine blocks the event loop during a step, so they are handed
 * over by Atomics and not by messages. Batch n is made by worker n modulo their number, in slot n modulo theirs, and is a
 * function of the plan and n alone: the bytes are the same for any number of workers.
 */
import { Worker } from 'node:worker_threads';
import {
  type Batch,
  type BatchPlan,
  batchMaker,
  batchRows,
  exampleSize,
  type OpenDataset,
} from './batches.ts';

export interface Feed {
  /** The next batch; its memory is written again after the next call. */
  next(): Promise<Batch>;
  /** How long `next` has waited for batches so far, in milliseconds. */
  readonly waited: number;
  close(): Promise<void>;
}

/** What a worker is given. */
export interface FeedOrder {
  readonly dataset: Pick<OpenDataset, 'file' | 'examples' | 'labels'>;
  readonly plan: BatchPlan;
  readonly slots: Slots;
  readonly worker: number;
  readonly workers: number;
}

export interface Slots {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** A slot each: one more than the number of the batch that is ready in it. */
  readonly ready: Int32Array;
  /** One value: how many batches have been used up. */
  readonly used: Int32Array;
}

/** `workers` 0 makes each batch when it is asked for. */
export function openFeed(dataset: OpenDataset, plan: BatchPlan, workers: number): Feed {
  const slots = makeSlots(dataset, plan, workers === 0 ? 1 : workers + 2);
  return workers === 0 ? inPlace(dataset, plan, slots) : fromWorkers(dataset, plan, slots, workers);
}

/** The memory of batch n. */
export function slotOf(slots: Slots, dataset: FeedOrder['dataset'], plan: BatchPlan, n: number): Batch {
  const slot = n % slots.count;
  const part = (all: Float32Array, size: number): Float32Array => {
    const start = slot * plan.batchSize * size;
    return all.subarray(start, start + batchRows(plan, n) * size);
  };
  return { x: part(slots.x, exampleSize(dataset)), y: part(slots.y, dataset.file.classes.length) };
}

function makeSlots(dataset: OpenDataset, { batchSize }: BatchPlan, count: number): Slots {
  const floats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(length * 4));
  const ints = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4));
  return {
    count,
    x: floats(count * batchSize * exampleSize(dataset)),
    y: floats(count * batchSize * dataset.file.classes.length),
    ready: ints(count),
    used: ints(1),
  };
}

function inPlace(dataset: OpenDataset, plan: BatchPlan, slots: Slots): Feed {
  const make = batchMaker(dataset, plan);
  let n = 0;
  let waited = 0;
  return {
    next: async () => {
      const started = performance.now();
      const batch = slotOf(slots, dataset, plan, n);
      make(n++, batch);
      waited += performance.now() - started;
      return batch;
    },
    get waited() {
      return waited;
    },
    close: async () => {},
  };
}

function fromWorkers(dataset: OpenDataset, plan: BatchPlan, slots: Slots, workers: number): Feed {
  const { file, examples, labels } = dataset;
  let failure: Error | undefined;
  const threads = Array.from({ length: workers }, (_, worker) => {
    const workerData: FeedOrder = { dataset: { file, examples, labels }, plan, slots, worker, workers };
    const thread = new Worker(new URL('./feed-worker.js', import.meta.url), { workerData });
    thread.on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    // A stage that ends has no use for batches.
    thread.unref();
    return thread;
  });
  let n = 0;
  let waited = 0;
  return {
    next: async () => {
      const started = performance.now();
      Atomics.store(slots.used, 0, n);
      Atomics.notify(slots.used, 0);
      const slot = n % slots.count;
      for (;;) {
        const ready = Atomics.load(slots.ready, slot);
        if (ready === n + 1) break;
        Atomics.wait(slots.ready, slot, ready, 100);
        // A worker's failure is a message: let it in.
        if (Atomics.load(slots.ready, slot) !== n + 1) await new Promise((resolve) => setImmediate(resolve));
        if (failure) throw failure;
      }
      waited += performance.now() - started;
      return slotOf(slots, dataset, plan, n++);
    },
    get waited() {
      return waited;
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
