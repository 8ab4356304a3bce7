/** What is true of a dataset, computed from its bytes and never asserted. */
import { createHash } from 'node:crypto';
import type { RawDataset, Splits } from './raw.ts';

/** As stored in facts.json. */
export type Duplicate = {
  readonly split: string;
  readonly row: number;
  readonly name: string;
  readonly class: string;
  /** The first row with the same pixels. */
  readonly of: {
    readonly split: string;
    readonly row: number;
    readonly name: string;
    readonly class: string;
  };
};

export type DatasetFacts = {
  readonly example: readonly number[];
  readonly classes: readonly string[];
  readonly rows: PerSplit<number>;
  /** In the order of `classes`. */
  readonly classCounts: PerSplit<number[]>;
  readonly duplicates: {
    /** Rows whose pixels an earlier row of the same split has. */
    readonly within: number;
    /** Rows whose pixels a row of an earlier split has (train, validation, test). */
    readonly across: number;
    /** Of both, those whose class is another than the earlier row's. */
    readonly ofAnotherClass: number;
    /** The first of them, so that a person can look. */
    readonly listed: readonly Duplicate[];
  };
};

type PerSplit<T> = { readonly [split in keyof Splits]: T };

/** More would make the facts long without telling more. */
const listedDuplicates = 50;

export function factsOf(raw: RawDataset, splits: Splits): DatasetFacts {
  const each = <T>(of: (rows: Int32Array) => T): PerSplit<T> => ({
    train: of(splits.train),
    validation: of(splits.validation),
    test: of(splits.test),
  });
  return {
    example: raw.example,
    classes: raw.classes,
    rows: each((rows) => rows.length),
    classCounts: each((rows) => countClasses(raw, rows)),
    duplicates: duplicatesOf(raw, splits),
  };
}

function countClasses({ classes, labels }: RawDataset, rows: Int32Array): number[] {
  const counts = new Array<number>(classes.length).fill(0);
  for (const row of rows) {
    const label = labels[row] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

function duplicatesOf(raw: RawDataset, splits: Splits): DatasetFacts['duplicates'] {
  const size = raw.example.reduce((product, side) => product * side, 1);
  const describe = (split: string, row: number): Duplicate['of'] => ({
    split,
    row,
    name: raw.nameOf(row),
    class: raw.classes[raw.labels[row] ?? 0] ?? '',
  });
  const first = new Map<string, { split: string; row: number }>();
  const found: Duplicate[] = [];
  for (const [split, rows] of Object.entries(splits)) {
    for (const row of rows) {
      const pixels = raw.images.subarray(row * size, (row + 1) * size);
      const key = createHash('sha256').update(pixels).digest('base64');
      const seen = first.get(key);
      if (seen) found.push({ ...describe(split, row), of: describe(seen.split, seen.row) });
      else first.set(key, { split, row });
    }
  }
  return {
    within: found.filter((one) => one.split === one.of.split).length,
    across: found.filter((one) => one.split !== one.of.split).length,
    ofAnotherClass: found.filter((one) => one.class !== one.of.class).length,
    listed: found.slice(0, listedDuplicates),
  };
}
