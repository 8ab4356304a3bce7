/**
 * All randomness of the program: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). It is counter-based, so what a place (epoch, index) draws depends on nothing drawn elsewhere.
 */
import { createHash } from 'node:crypto';

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** A source of draws for one purpose, such as `randomStream(42, 'augment', 'rotation')`. */
export function randomStream(seed: number, kind: string, purpose: string): RandomStream {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, kind, purpose]))
    .digest();
  return new RandomStream(digest.readUInt32LE(0), digest.readUInt32LE(4));
}

export class RandomStream {
  readonly #k0: number;
  readonly #k1: number;
  constructor(k0: number, k1: number) {
    this.#k0 = k0;
    this.#k1 = k1;
  }
  /** Philox' key, and its counter at the start of a place: what an engine needs to draw the same words by itself. */
  words(epoch: number, index: number): { readonly key: number[]; readonly counter: number[] } {
    return { key: [this.#k0, this.#k1], counter: [0, index, epoch, 0] };
  }
  /** The draws that belong to one place; the same at any time, on any worker. */
  at(epoch = 0, index = 0): Random {
    return new Random(this.#k0, this.#k1, epoch, index);
  }
}

export class Random {
  // Plain numbers: one of these is made for each image and operation, and arrays would cost more than the draws.
  readonly #k0: number;
  readonly #k1: number;
  readonly #epoch: number;
  readonly #index: number;
  #block = 0;
  #left = 0;
  #w0 = 0;
  #w1 = 0;
  #w2 = 0;
  #w3 = 0;
  constructor(k0: number, k1: number, epoch: number, index: number) {
    this.#k0 = k0;
    this.#k1 = k1;
    this.#epoch = epoch;
    this.#index = index;
  }
  /** An integer in [0, 2^32). */
  uint32(): number {
    if (this.#left === 0) this.#refill();
    const left = this.#left--;
    return left === 4 ? this.#w0 : left === 3 ? this.#w1 : left === 2 ? this.#w2 : this.#w3;
  }
  /** A number in [0, 1), of 24 random bits: exact in float32. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.uint32() >>> 8) / 0x1000000);
  }
  /** An integer in [0, n); the modulo's bias is below n / 2^32. */
  integer(n: number): number {
    return this.uint32() % n;
  }
  /** A standard normal number (Box–Muller). */
  normal(): number {
    const u = 1 - this.uniform();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform());
  }
  /** A random order of 0 … n-1 (Fisher–Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    return order;
  }
  #refill(): void {
    philox(refilled, 0, this.#k0, this.#k1, this.#block++, this.#index, this.#epoch, 0);
    this.#w0 = refilled[0] ?? 0;
    this.#w1 = refilled[1] ?? 0;
    this.#w2 = refilled[2] ?? 0;
    this.#w3 = refilled[3] ?? 0;
    this.#left = 4;
  }
}

/** Where a block is made before its words are kept. */
const refilled = new Uint32Array(4);

/** The first `count` words from a counter on, its first word counting the blocks of four. */
export function philoxWords(count: number, key: readonly number[], counter: readonly number[]): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 4) * 4);
  const [k0 = 0, k1 = 0] = key;
  const [block = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  for (let at = 0; at < words.length; at += 4) philox(words, at, k0, k1, block + at / 4, c1, c2, c3);
  return words.subarray(0, count);
}

/** One block of four words into `out`. */
function philox(
  out: Uint32Array,
  at: number,
  k0: number,
  k1: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(M0, c0);
    const high1 = multiplyHigh(M1, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** The high 32 bits of the product of two unsigned 32-bit integers, in halves: no sum leaves 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const cross = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (cross >>> 16)) | 0;
}
