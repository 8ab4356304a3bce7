import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptMembers, readBytes, unpackMembers } from '../../data/archive.ts';
import { cifar10Address, cifar10Members, decodeCifar } from '../../data/cifar10.ts';
import { fetchFile } from '../../data/fetch.ts';
import { writeNpy } from '../../data/npy.ts';
import { drawShape, shapes10Bytes, shapes10Rows } from '../../data/shapes10.ts';
import { writeSheet } from '../../data/sheet.ts';
import { stratified } from '../../data/split.ts';
import type { RunStage, StageContext } from '../context.ts';
import type { JsonObject } from '../kind.ts';
import { paramsOf } from '../params.ts';
import { countRows, sources } from './kind.ts';

const example = [32, 32, 3];
const exampleBytes = shapes10Bytes;

interface Raw {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Rows before this are for training, from it on for testing. */
  readonly trainRows: number;
}

interface Splits {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export const run: RunStage = async (context) => {
  const params = paramsOf('download', context.params);
  const counts = countRows(params);
  const classes = sources[params.dataset].classes;
  const all =
    params.dataset === 'cifar10'
      ? await cifar10(context)
      : shapes10(context, counts.train + counts.validation, counts.test);
  const { raw, splits } = choose(all, counts, context.seed);
  const folder = context.outDir('data');
  await writeNpy(join(folder, 'images.npy'), raw.images, [raw.labels.length, ...example]);
  await writeNpy(join(folder, 'labels.npy'), raw.labels, [raw.labels.length]);
  for (const [split, rows] of Object.entries(splits))
    await writeNpy(join(folder, `${split}.npy`), rows, [rows.length]);
  writeFileSync(
    join(folder, 'dataset.json'),
    `${JSON.stringify({ version: 1, name: params.dataset, example, classes, transforms: [] }, null, 2)}\n`,
  );
  await writeSamples(context.outDir('samples'), raw, splits, classes);
  const facts = factsOf(raw, splits, classes);
  const [train, validation, test] = [splits.train, splits.validation, splits.test].map((rows) =>
    rows.length.toLocaleString('en-US'),
  );
  return {
    summary: `${params.dataset}: ${train} train · ${validation} validation · ${test} test`,
    values: { rows: raw.labels.length },
    facts,
  };
};

async function cifar10(context: StageContext): Promise<Raw> {
  const kept =
    keptMembers(cifar10Members, context.downloads) ??
    (await unpackMembers(await archive(context), cifar10Members, context.downloads));
  const parts = kept.map((path, i) => decodeCifar(readBytes(path), cifar10Members[i]?.[0] ?? path));
  return {
    images: joined(parts.map((part) => part.images)),
    labels: joined(parts.map((part) => part.labels)),
    trainRows: sources.cifar10.rows.train,
  };
}

function archive(context: StageContext): Promise<string> {
  let last = 0;
  return fetchFile(cifar10Address, {
    folder: context.downloads,
    mirrors: context.mirrors,
    signal: context.signal,
    onBytes: (done, total) => {
      if (Date.now() - last < 200) return;
      last = Date.now();
      context.progress({ unit: 'bytes', done, total });
    },
  });
}

function shapes10(context: StageContext, train: number, test: number): Raw {
  const rows = [...range(0, train), ...range(shapes10Rows.train, test)];
  const images = new Uint8Array(rows.length * exampleBytes);
  const labels = Uint8Array.from(rows, (row, i) =>
    drawShape(context.seed, row, images.subarray(i * exampleBytes, (i + 1) * exampleBytes)),
  );
  return { images, labels, trainRows: train };
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Takes what the limits ask for, and writes its rows one after the other: training and validation, then test. */
function choose(
  all: Raw,
  counts: { train: number; validation: number; test: number },
  seed: number,
): { raw: Raw; splits: Splits } {
  const given = Int32Array.from(range(0, all.trainRows));
  const tests = Int32Array.from(range(all.trainRows, all.labels.length - all.trainRows));
  const train = stratified(given, all.labels, counts.train + counts.validation, seed, 'limit');
  const test = stratified(tests, all.labels, counts.test, seed, 'limit');
  const rows = [...train, ...test];
  const images = new Uint8Array(rows.length * exampleBytes);
  for (const [i, row] of rows.entries())
    images.set(all.images.subarray(row * exampleBytes, (row + 1) * exampleBytes), i * exampleBytes);
  const labels = Uint8Array.from(rows, (row) => all.labels[row] ?? 0);
  const validation = stratified(
    Int32Array.from(range(0, train.length)),
    labels,
    counts.validation,
    seed,
    'validation',
  );
  const held = new Set(validation);
  const splits = {
    train: Int32Array.from(range(0, train.length).filter((row) => !held.has(row))),
    validation,
    test: Int32Array.from(range(train.length, test.length)),
  };
  return { raw: { images, labels, trainRows: train.length }, splits };
}

async function writeSamples(
  folder: string,
  raw: Raw,
  splits: Splits,
  classes: readonly string[],
): Promise<void> {
  const perClass = 8;
  const columns = classes.map((_, label) =>
    [...splits.train].filter((row) => raw.labels[row] === label).slice(0, perClass),
  );
  const tiles = range(0, perClass).flatMap((i) =>
    columns.map((rows) =>
      rows[i] === undefined ? new Uint8Array(exampleBytes).fill(255) : image(raw, rows[i]),
    ),
  );
  await writeSheet(join(folder, 'samples.png'), tiles, {
    height: 32,
    width: 32,
    channels: 3,
    columns: classes.length,
  });
  writeFileSync(
    join(folder, 'samples.json'),
    `${JSON.stringify({ version: 1, columns: classes, title: 'Samples of each class' })}\n`,
  );
}

const image = (raw: Raw, row: number): Uint8Array =>
  raw.images.subarray(row * exampleBytes, (row + 1) * exampleBytes);

/** Computed from the data, never asserted. */
function factsOf(raw: Raw, splits: Splits, classes: readonly string[]): JsonObject {
  const perClass = (rows: Int32Array): number[] =>
    classes.map((_, label) => rows.reduce((count, row) => count + Number(raw.labels[row] === label), 0));
  return {
    example,
    classes,
    rows: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    classCounts: {
      train: perClass(splits.train),
      validation: perClass(splits.validation),
      test: perClass(splits.test),
    },
    duplicates: duplicatesOf(raw, splits),
  };
}

/** Images whose pixels are the same as an earlier one's, within a split and across splits. */
function duplicatesOf(raw: Raw, splits: Splits): JsonObject {
  const firstSeen = new Map<string, string>();
  const found = { within: 0, across: 0 };
  for (const [split, rows] of Object.entries(splits)) {
    for (const row of rows) {
      const key = createHash('sha1').update(image(raw, row)).digest('base64');
      const seen = firstSeen.get(key);
      if (seen === undefined) firstSeen.set(key, split);
      else found[seen === split ? 'within' : 'across']++;
    }
  }
  return found;
}
