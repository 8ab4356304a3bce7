import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAugmenter } from '../../augment/augmenter.ts';
import { isActive, movements, type Operation, operationsOf } from '../../augment/operations.ts';
import { type OpenDataset, openDataset } from '../../data/batches.ts';
import type { DatasetFile } from '../../data/dataset.ts';
import { forwardDataset } from '../../data/forward.ts';
import { writeSheet } from '../../data/sheet.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { RunStage, StageContext } from '../context.ts';
import { paramsOf } from '../params.ts';
import { notImages } from './kind.ts';

const mostColumns = 8;

export const run: RunStage = async (context) => {
  const operations = operationsOf(paramsOf('augment', context.params));
  const dataset = await openDataset(context.input('data').files);
  if (dataset.file.features) throw new Failure(notImages.code, notImages.message, { fix: notImages.fix });
  const before = earlier(dataset.file, operations);
  const { seed } = context;
  forwardDataset(context, { transform: 'augment', seed, operations, ...(before ? { before } : {}) });
  await writeContactSheet(context, dataset, operations);
  const names = operations.flatMap(parts).map(({ label }) => label);
  return { summary: `${names.length} operations`, facts: { operations: names } };
};

/** How many operations of these names the augments before this one have; null where they have none. */
function earlier(
  { transforms }: DatasetFile,
  operations: readonly Operation[],
): { [name: string]: number } | null {
  const names = transforms.flatMap((one) =>
    one.transform === 'augment' ? one.operations.map(({ name }) => name) : [],
  );
  const own = [...new Set(operations.map(({ name }) => name))];
  const counts = own.map((name) => [name, names.filter((other) => other === name).length] as const);
  const repeated = counts.filter(([, count]) => count > 0);
  return repeated.length > 0 ? Object.fromEntries(repeated) : null;
}

/** The first training images: as they are, under each operation alone, and under all together. */
async function writeContactSheet(
  context: StageContext,
  dataset: OpenDataset,
  operations: readonly Operation[],
): Promise<void> {
  const [height = 1, width = 1, channels = 1] = dataset.file.example;
  const rows = dataset.splits.train.slice(0, mostColumns);
  const lines: Part[] = [
    { label: 'original', operations: [] },
    ...operations.flatMap(parts),
    ...(operations.length > 1 ? [{ label: 'all together', operations }] : []),
  ];
  const tiles = lines.flatMap((line) => augmented(dataset, rows, context.seed, line.operations));
  const rowNames = lines.map(({ label }) => label);
  const folder = context.outDir('sheet');
  const sheet = await writeSheet(join(folder, 'sheet.png'), tiles, {
    height,
    width,
    channels,
    columns: rows.length,
    rowNames,
  });
  writeFileSync(
    join(folder, 'sheet.json'),
    `${JSON.stringify({ version: 1, rows: rowNames, title: 'Augmentation', sheet })}\n`,
  );
}

interface Part {
  readonly label: string;
  readonly operations: readonly Operation[];
}

/** Of the affine map each option that does something; any other operation as it is. Alone, it is always done. */
function parts(operation: Operation): Part[] {
  if (operation.name !== 'affine')
    return [{ label: spaced(operation.name), operations: [{ ...operation, probability: 1 }] }];
  const none = { rotation: 0, widthShift: 0, heightShift: 0, shear: 0, zoom: 0 };
  return movements
    .filter((name) => isActive(operation[name]))
    .map((name) => ({
      label: spaced(name),
      operations: [{ ...operation, ...none, [name]: operation[name], probability: 1 }],
    }));
}

/** `widthShift` → `width shift`. */
const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function augmented(
  { file, examples, labels }: OpenDataset,
  rows: Int32Array,
  seed: number,
  operations: readonly Operation[],
): Uint8Array[] {
  const classes = file.classes.length;
  const size = file.example.reduce((product, side) => product * side, 1);
  const [x, y] = [new Float32Array(rows.length * size), new Float32Array(rows.length * classes)];
  for (const [i, row] of rows.entries()) {
    x.set(examples.subarray(row * size, (row + 1) * size), i * size);
    y[i * classes + (labels[row] ?? 0)] = 1;
  }
  makeAugmenter({ seed, operations }, file.example).batch(x, y, 0, rows);
  return [...rows.keys()].map((i) => Uint8Array.from(x.subarray(i * size, (i + 1) * size), Math.round));
}
