import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAugmenter, type Operations } from '../../augment/augmenter.ts';
import { openDataset } from '../../data/batches.ts';
import { forwardDataset } from '../../data/forward.ts';
import { writeSheet } from '../../data/sheet.ts';
import type { RunStage } from '../context.ts';
import { paramsOf } from '../params.ts';
import { activeOperations } from './kind.ts';

const columns = 8;

export const run: RunStage = async (context) => {
  const {
    data: _data,
    kind: _kind,
    description: _description,
    seed: _seed,
    ...operations
  } = paramsOf('augment', context.params);
  forwardDataset(context, { transform: 'augment', seed: context.seed, operations });
  const active = activeOperations(context.params);
  const dataset = await openDataset(context.input('data').files);
  const { example } = dataset.file;
  const [height = 1, width = 1, channels = 1] = example;
  const rows = dataset.splits.train.slice(0, columns);
  const lines: [string, Operations | null][] = [
    ['original', null],
    ...active.map((name): [string, Operations] => [name, alone(operations, name)]),
    ['all together', operations],
  ];
  const tiles = lines.flatMap(([, chosen]) => {
    const apply = chosen && makeAugmenter({ seed: context.seed, operations: chosen }, example);
    return [...rows].map((row) => {
      const size = height * width * channels;
      const image = Float32Array.from(dataset.images.subarray(row * size, (row + 1) * size));
      apply?.(image, 0, row);
      return Uint8Array.from(image, (value) => Math.round(value));
    });
  });
  const folder = context.outDir('sheet');
  await writeSheet(join(folder, 'sheet.png'), tiles, { height, width, channels, columns });
  writeFileSync(
    join(folder, 'sheet.json'),
    `${JSON.stringify({ version: 1, rows: lines.map(([label]) => label), title: 'Augmentation' })}\n`,
  );
  return { summary: `${active.length} operations`, facts: { operations: active } };
};

function alone(operations: Operations, name: string): Operations {
  const none = {
    rotation: 0,
    widthShift: 0,
    heightShift: 0,
    shear: 0,
    zoom: 0,
    horizontalFlip: false,
    verticalFlip: false,
    noise: 0,
    fill: operations.fill,
    fillValue: operations.fillValue,
  };
  const own = Object.entries(operations).filter(([key]) => key === name);
  return { ...none, ...Object.fromEntries(own) };
}
