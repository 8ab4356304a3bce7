import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchCifar10 } from '../../data/cifar.ts';
import { type DatasetFacts, factsOf } from '../../data/facts.ts';
import type { FetchOptions } from '../../data/fetch.ts';
import { writeNpy } from '../../data/npy.ts';
import { choose, type RawDataset, type Splits } from '../../data/raw.ts';
import { drawShapes10 } from '../../data/shapes10.ts';
import { writeSheet } from '../../data/sheet.ts';
import type { RunStage, StageContext } from '../context.ts';
import { paramsOf } from '../params.ts';
import { countRows } from './kind.ts';

const samplesPerClass = 8;
const progressEveryMs = 200;

export const run: RunStage = async (context) => {
  const params = paramsOf('download', context.params);
  const counts = countRows(params);
  const all =
    params.dataset === 'cifar10'
      ? await fetchCifar10(fetchOptions(context))
      : drawShapes10(context.seed, counts.train + counts.validation, counts.test);
  const { raw, splits } = choose(all, counts, context.seed);
  await writeDataset(context.outDir('data'), params.dataset, raw, splits);
  await writeSamples(context.outDir('samples'), raw, splits);
  const facts = factsOf(raw, splits);
  return {
    summary: `${params.dataset}: ${summaryOf(facts)}`,
    values: { rows: raw.labels.length },
    facts,
  };
};

function fetchOptions(context: StageContext): FetchOptions {
  let last = 0;
  return {
    folder: context.downloads,
    mirrors: context.mirrors,
    signal: context.signal,
    onBytes: (done, total) => {
      if (Date.now() - last < progressEveryMs) return;
      last = Date.now();
      context.progress({ unit: 'bytes', done, total });
    },
  };
}

async function writeDataset(folder: string, name: string, raw: RawDataset, splits: Splits): Promise<void> {
  const { example, classes } = raw;
  await writeNpy(join(folder, 'images.npy'), raw.images, [raw.labels.length, ...example]);
  await writeNpy(join(folder, 'labels.npy'), raw.labels, [raw.labels.length]);
  for (const [split, rows] of Object.entries(splits))
    await writeNpy(join(folder, `${split}.npy`), rows, [rows.length]);
  writeFileSync(
    join(folder, 'dataset.json'),
    `${JSON.stringify({ version: 1, name, example, classes, transforms: [] }, null, 2)}\n`,
  );
}

/** A column a class: the first of its training rows. */
async function writeSamples(folder: string, raw: RawDataset, splits: Splits): Promise<void> {
  const { example, classes, labels } = raw;
  const [height = 1, width = 1, channels = 1] = example;
  const size = height * width * channels;
  const columns = classes.map((_, label) => firstRows(splits.train, (row) => labels[row] === label));
  const tiles = Array.from({ length: samplesPerClass }, (_, i) =>
    columns.map((rows) => {
      const row = rows[i];
      return row === undefined
        ? new Uint8Array(size).fill(255)
        : raw.images.subarray(row * size, (row + 1) * size);
    }),
  ).flat();
  await writeSheet(join(folder, 'samples.png'), tiles, {
    height,
    width,
    channels,
    columns: classes.length,
    columnNames: classes,
  });
  writeFileSync(
    join(folder, 'samples.json'),
    `${JSON.stringify({ version: 1, columns: classes, title: 'Samples of each class' })}\n`,
  );
}

function firstRows(rows: Int32Array, fits: (row: number) => boolean): number[] {
  const found: number[] = [];
  for (const row of rows) {
    if (found.length === samplesPerClass) break;
    if (fits(row)) found.push(row);
  }
  return found;
}

function summaryOf({ rows, duplicates }: DatasetFacts): string {
  const parts = Object.entries(rows).map(([split, count]) => `${count.toLocaleString('en-US')} ${split}`);
  const twice = duplicates.within + duplicates.across;
  return [...parts, ...(twice > 0 ? [`${twice} duplicates`] : [])].join(' · ');
}
