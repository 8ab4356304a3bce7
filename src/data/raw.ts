/** A dataset as its source has it, and what of it a stage takes. */
import { stratified } from './split.ts';

export interface RawDataset {
  /** Shape of one example. */
  readonly example: readonly number[];
  readonly classes: readonly string[];
  /** uint8 [rows, ...example]; the rows for training come first. */
  readonly images: Uint8Array;
  /** The class of each row. */
  readonly labels: Uint8Array;
  readonly trainRows: number;
  /** What a person may look a row up by. */
  readonly nameOf: (row: number) => string;
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

/**
 * So many rows of each class' share, training rows (validation among them) first, then test rows; and which are which.
 * The seed decides. Validation is a part of the training rows: of the test rows training sees nothing.
 */
export function choose(all: RawDataset, counts: Counts, seed: number): { raw: RawDataset; splits: Splits } {
  const given = range(0, all.trainRows);
  const tests = range(all.trainRows, all.labels.length);
  const train = stratified(given, all.labels, counts.train + counts.validation, seed, 'limit');
  const test = stratified(tests, all.labels, counts.test, seed, 'limit');
  const chosen = Int32Array.from([...train, ...test]);
  // Chosen in ascending order: where nothing is left out, they are as they were.
  const raw = chosen.length === all.labels.length ? all : { ...rowsOf(all, chosen), trainRows: train.length };
  const own = range(0, train.length);
  const validation = stratified(own, raw.labels, counts.validation, seed, 'validation');
  const held = new Set(validation);
  return {
    raw,
    splits: {
      train: own.filter((row) => !held.has(row)),
      validation,
      test: range(train.length, train.length + test.length),
    },
  };
}

function rowsOf(all: RawDataset, rows: Int32Array): RawDataset {
  const size = all.example.reduce((product, side) => product * side, 1);
  const images = new Uint8Array(rows.length * size);
  for (const [i, row] of rows.entries())
    images.set(all.images.subarray(row * size, (row + 1) * size), i * size);
  return {
    ...all,
    images,
    labels: Uint8Array.from(rows, (row) => all.labels[row] ?? 0),
    nameOf: (row) => all.nameOf(rows[row] ?? 0),
  };
}

/** The same rows, of which a part of each class comes last and is for testing; the seed decides which. */
export function withTestPart(all: RawDataset, part: number, seed: number): RawDataset {
  const rows = range(0, all.labels.length);
  const test = stratified(rows, all.labels, Math.round(rows.length * part), seed, 'test');
  const held = new Set(test);
  const train = rows.filter((row) => !held.has(row));
  return { ...rowsOf(all, Int32Array.from([...train, ...test])), trainRows: train.length };
}

export function joinRows(rows: readonly Uint8Array[]): Uint8Array {
  const size = rows[0]?.length ?? 0;
  const joined = new Uint8Array(rows.length * size);
  for (const [i, row] of rows.entries()) joined.set(row, i * size);
  return joined;
}

function range(from: number, end: number): Int32Array {
  return Int32Array.from({ length: end - from }, (_, i) => from + i);
}
