/** Decodes many images in worker threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { bytesOf, type Wanted } from './image-decoder.ts';

/** A file by its path, or its bytes where it has none. */
export interface ImageFile {
  readonly name: string;
  readonly path?: string;
  readonly bytes?: Uint8Array;
}

/** What is not as wanted in a file: of another size or colour, with which; or no image, with the reason. */
export interface Finding {
  readonly unreadable?: string;
  readonly size?: string;
  readonly colour?: string;
}

export interface DecodedFile {
  readonly name: string;
  readonly finding: Finding;
  /** As wanted; of an unreadable file without meaning. */
  readonly pixels: Uint8Array;
}

export interface DecodeOrder {
  readonly id: number;
  readonly files: readonly ImageFile[];
  readonly wanted: Wanted;
}
export interface DecodeReply {
  readonly id: number;
  readonly findings: readonly Finding[];
  /** Of all files, one after the other. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

const mostFilesAnOrder = 128;
/** Of pixels: some orders are under way in each thread. */
const mostBytesAnOrder = 1 << 25;
/** So that a thread never waits, and bytes of an archive don't pile up. */
const ordersAThread = 2;
const mostThreads = 8;

/** In the order of the files. `onDone` is told how many are done. */
export async function decodeFiles(
  files: AsyncIterable<ImageFile> | Iterable<ImageFile>,
  wanted: Wanted,
  onDone: (done: number) => void,
): Promise<DecodedFile[]> {
  const threads = Array.from({ length: Math.min(mostThreads, availableParallelism()) }, makeThread);
  const filesAnOrder = Math.max(
    1,
    Math.min(mostFilesAnOrder, Math.floor(mostBytesAnOrder / bytesOf(wanted))),
  );
  const decoded: DecodedFile[][] = [];
  let orders = 0;
  let done = 0;
  const underWay = new Set<Promise<void>>();
  const submit = async (batch: ImageFile[]): Promise<void> => {
    while (underWay.size >= threads.length * ordersAThread) await Promise.race(underWay);
    const thread = threads.reduce((best, one) => (one.waiting < best.waiting ? one : best));
    const order = orders++;
    const job = thread.decode(batch, wanted).then((reply) => {
      decoded[order] = asFiles(batch, reply);
      done += batch.length;
      onDone(done);
      underWay.delete(job);
    });
    underWay.add(job);
    // Told by whoever waits for it; until then no process shall end of it.
    job.catch(() => {});
  };
  try {
    let batch: ImageFile[] = [];
    for await (const file of files) {
      batch.push(file);
      if (batch.length === filesAnOrder) {
        await submit(batch);
        batch = [];
      }
    }
    if (batch.length > 0) await submit(batch);
    await Promise.all(underWay);
    return decoded.flat();
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

function asFiles(files: readonly ImageFile[], { findings, pixels }: DecodeReply): DecodedFile[] {
  const size = pixels.length / files.length;
  return files.map(({ name }, i) => ({
    name,
    finding: findings[i] ?? {},
    pixels: pixels.subarray(i * size, (i + 1) * size),
  }));
}

interface Thread {
  readonly waiting: number;
  decode(files: readonly ImageFile[], wanted: Wanted): Promise<DecodeReply>;
  end(): Promise<unknown>;
}

function makeThread(): Thread {
  const worker = new Worker(new URL('./decode-worker.js', import.meta.url));
  const waiting = new Map<number, { done: (reply: DecodeReply) => void; failed: (error: unknown) => void }>();
  let count = 0;
  worker.on('message', (reply: DecodeReply) => {
    waiting.get(reply.id)?.done(reply);
    waiting.delete(reply.id);
  });
  worker.on('error', (error) => {
    for (const { failed } of waiting.values()) failed(error);
  });
  return {
    get waiting() {
      return waiting.size;
    },
    decode: (files, wanted) =>
      new Promise((done, failed) => {
        const id = count++;
        waiting.set(id, { done, failed });
        worker.postMessage({ id, files, wanted } satisfies DecodeOrder);
      }),
    end: () => worker.terminate(),
  };
}
