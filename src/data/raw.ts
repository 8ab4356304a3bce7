/** A dataset as its source has it, and what of it a stage takes. */
import { stratified } from './split.ts';

interface Described {
  /** Shape of one example. */
  readonly example: readonly number[];
  readonly classes: readonly string[];
  /** The class of each row. */
  readonly labels: Uint8Array;
  /** What a person may look a row up by. */
  readonly nameOf: (row: number) => string;
}

export interface RawSource extends Described {
  /** The rows for training come first. */
  readonly trainRows: number;
  /** uint8 [rows, ...example], in their order. Images that nobody wants need not be decoded. */
  readonly imagesOf: (rows: Int32Array) => Promise<Uint8Array>;
}

export interface RawDataset extends Described {
  /** uint8 [rows, ...example] */
  readonly images: Uint8Array;
}

export interface Splits {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface Counts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

export interface Chosen {
  /** Of the source. */
  readonly rows: Int32Array;
  /** Among those. */
  readonly splits: Splits;
}

/**
 * So many rows of each class' share, training rows (validation among them) first, then test rows; and which are which.
 * The seed decides. Validation is a part of the training rows: of the test rows training sees nothing.
 */
export function choose(
  { labels, trainRows }: Pick<RawSource, 'labels' | 'trainRows'>,
  counts: Counts,
  seed: number,
): Chosen {
  const given = range(0, trainRows);
  const tests = range(trainRows, labels.length);
  const train = stratified(given, labels, counts.train + counts.validation, seed, 'limit');
  const test = stratified(tests, labels, counts.test, seed, 'limit');
  const rows = Int32Array.from([...train, ...test]);
  const own = range(0, train.length);
  const validation = stratified(own, labelsOf(labels, rows), counts.validation, seed, 'validation');
  const held = new Set(validation);
  return {
    rows,
    splits: {
      train: own.filter((row) => !held.has(row)),
      validation,
      test: range(train.length, train.length + test.length),
    },
  };
}

export async function takeRows(source: RawSource, rows: Int32Array): Promise<RawDataset> {
  const { example, classes, labels, nameOf } = source;
  return {
    example,
    classes,
    images: await source.imagesOf(rows),
    labels: labelsOf(labels, rows),
    nameOf: (row) => nameOf(rows[row] ?? 0),
  };
}

/** The same rows, of which a part of each class comes last and is for testing; the seed decides which. */
export function withTestPart(source: RawSource, part: number, seed: number): RawSource {
  const rows = range(0, source.labels.length);
  const test = stratified(rows, source.labels, Math.round(rows.length * part), seed, 'test');
  const held = new Set(test);
  const train = rows.filter((row) => !held.has(row));
  const order = Int32Array.from([...train, ...test]);
  return {
    ...source,
    labels: labelsOf(source.labels, order),
    trainRows: train.length,
    nameOf: (row) => source.nameOf(order[row] ?? 0),
    imagesOf: (chosen) => source.imagesOf(chosen.map((row) => order[row] ?? 0)),
  };
}

/** `imagesOf` of a source whose images are all there. */
export function imagesFrom(images: Uint8Array, example: readonly number[]): RawSource['imagesOf'] {
  const size = example.reduce((product, side) => product * side, 1);
  return async (rows) => {
    if (rows.length * size === images.length && rows.every((row, i) => row === i)) return images;
    const taken = new Uint8Array(rows.length * size);
    for (const [i, row] of rows.entries()) taken.set(images.subarray(row * size, (row + 1) * size), i * size);
    return taken;
  };
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const labelsOf = (labels: Uint8Array, rows: Int32Array): Uint8Array =>
  Uint8Array.from(rows, (row) => labels[row] ?? 0);

function range(from: number, end: number): Int32Array {
  return Int32Array.from({ length: end - from }, (_, i) => from + i);
}
