import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readArrays } from '../../data/arrays.ts';
import { fetchCifar10, fetchCifar100 } from '../../data/cifar.ts';
import { type DatasetFacts, factsOf } from '../../data/facts.ts';
import type { FetchOptions } from '../../data/fetch.ts';
import { type FolderFindings, readImageFolder } from '../../data/image-folder.ts';
import { writeNpy } from '../../data/npy.ts';
import { choose, type RawDataset, type RawSource, type Splits, takeRows } from '../../data/raw.ts';
import { drawShapes10, shapes10Rows } from '../../data/shapes10.ts';
import { writeSheet } from '../../data/sheet.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { RunStage, StageContext } from '../context.ts';
import { paramsOf } from '../params.ts';
import { countRows, type DownloadParams, rowProblem } from './counts.ts';

const samplesPerClass = 8;
const progressEveryMs = 200;

export const run: RunStage = async (context) => {
  const params = paramsOf('download', context.params);
  const { name, source, findings } = await open(params, context);
  const rows = { train: source.trainRows, test: source.labels.length - source.trainRows };
  const problem = rowProblem(params, rows, name);
  if (problem) throw new Failure(problem.code, problem.message, { fix: problem.fix });
  const { rows: chosen, splits } = choose(source, countRows(params, rows), context.seed);
  const raw = await takeRows(source, chosen);
  const found = findings?.();
  const testAs = params.validation === 'test' ? 'validation' : undefined;
  const fit = params.folder?.fit === 'resize' ? undefined : params.folder?.fit;
  await writeDataset(context.outDir('data'), { name, raw, splits, testAs, fit });
  await writeSamples(context.outDir('samples'), raw, splits);
  const facts = factsOf(raw, splits);
  return {
    summary: [
      `${name}: ${summaryOf(facts)}`,
      ...(testAs ? ['the test rows serve as validation'] : []),
      ...untrained(facts),
      ...(found ? told(found) : []),
    ].join(' · '),
    values: { rows: raw.labels.length },
    facts: { ...facts, ...(testAs ? { testAs } : {}), ...(found ? { files: found } : {}) },
  };
};

interface Opened {
  readonly name: string;
  readonly source: RawSource;
  /** To be asked for when rows are taken. */
  readonly findings?: () => FolderFindings;
}

async function open(params: DownloadParams, context: StageContext): Promise<Opened> {
  const options = fetchOptions(context);
  const { dataset, folder, arrays } = params;
  if (folder) {
    const onDone = throttled(context, 'images');
    const made = await readImageFolder(folder, context.root, context.seed, options, (done) =>
      onDone(done, null),
    );
    return { name: nameOf(folder.from), ...made };
  }
  if (arrays) {
    const name = nameOf(
      arrays.from ?? (typeof arrays.images === 'string' ? arrays.images : arrays.images.url),
    );
    return { name, source: await readArrays(arrays, context.root, context.seed, options) };
  }
  return { name: dataset ?? '', source: await readNamed(params, context, options) };
}

async function readNamed(
  params: DownloadParams,
  { seed }: StageContext,
  options: FetchOptions,
): Promise<RawSource> {
  if (params.dataset === 'cifar10') return fetchCifar10(options);
  if (params.dataset === 'cifar100') return fetchCifar100(options);
  // Only what is asked for is drawn.
  const counts = countRows(params, shapes10Rows);
  const { train, test } = { train: counts.train + counts.validation, test: counts.test };
  return drawShapes10(seed, train, test);
}

/** `https://host/data/flowers.tar.gz` → flowers. */
const nameOf = (place: string): string =>
  basename(place.replace(/[?#].*$/, '').replace(/\/+$/, '')).replace(
    /\.(?:zip|npz|npy|tgz|tar|tar\.gz)$/,
    '',
  );

/** Classes of which training has no row: a network is never right about those. */
function untrained({ classes, classCounts: { train, validation, test } }: DatasetFacts): string[] {
  const names = classes.filter(
    (_, label) => train[label] === 0 && (validation[label] ?? 0) + (test[label] ?? 0) > 0,
  );
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return names.length > 0 ? [`no training rows of ${names.slice(0, 3).join(', ')}${more}`] : [];
}

function told({ skipped, converted }: FolderFindings): string[] {
  return [
    ...(skipped.count > 0 ? [`${skipped.count} skipped`] : []),
    ...(converted.count > 0 ? [`${converted.count} converted`] : []),
  ];
}

function fetchOptions(context: StageContext): FetchOptions {
  const { downloads: folder, mirrors, signal, log } = context;
  return { folder, mirrors, signal, log, onBytes: throttled(context, 'bytes') };
}

function throttled(context: StageContext, unit: string): (done: number, total: number | null) => void {
  let last = 0;
  return (done, total) => {
    if (Date.now() - last < progressEveryMs) return;
    last = Date.now();
    context.progress({ unit, done, total });
  };
}

interface Dataset {
  readonly name: string;
  readonly raw: RawDataset;
  readonly splits: Splits;
  readonly testAs: 'validation' | undefined;
  readonly fit: 'crop' | 'pad' | undefined;
}

async function writeDataset(folder: string, { name, raw, splits, testAs, fit }: Dataset): Promise<void> {
  const { example, classes } = raw;
  const all = testAs ? { ...splits, validation: splits.test } : splits;
  await writeNpy(join(folder, 'images.npy'), raw.images, [raw.labels.length, ...example]);
  await writeNpy(join(folder, 'labels.npy'), raw.labels, [raw.labels.length]);
  for (const [split, rows] of Object.entries(all))
    await writeNpy(join(folder, `${split}.npy`), rows, [rows.length]);
  const optional = { ...(testAs ? { testAs } : {}), ...(fit ? { fit } : {}) };
  const file = { version: 1, name, example, classes, ...optional, transforms: [] };
  writeFileSync(join(folder, 'dataset.json'), `${JSON.stringify(file, null, 2)}\n`);
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
  const sheet = await writeSheet(join(folder, 'samples.png'), tiles, {
    height,
    width,
    channels,
    columns: classes.length,
    columnNames: classes,
  });
  writeFileSync(
    join(folder, 'samples.json'),
    `${JSON.stringify({ version: 1, columns: classes, title: 'Samples of each class', sheet })}\n`,
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
