/** A batch file of CIFAR-10's binary version as a dataset with the notebook's normalization and augmentation. */
import { readFileSync } from 'node:fs';
import { operationsOf } from '../../src/augment/operations.ts';
import type { OpenDataset } from '../../src/data/batches.ts';

/** Records of a label and 1,024 values each of red, green and blue; so many training rows, all others for validation. */
export function readCifar(path: string, training: number, validation: number): OpenDataset {
  const bytes = readFileSync(path);
  const rows = bytes.length / 3073;
  const images = new Uint8Array(new SharedArrayBuffer(rows * 3072));
  const labels = Uint8Array.from({ length: rows }, (_, row) => bytes[row * 3073] ?? 0);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < 3072; i++)
      images[row * 3072 + i] = bytes[row * 3073 + 1 + (i % 3) * 1024 + Math.floor(i / 3)] ?? 0;
  const operations = operationsOf({
    rotation: 20,
    widthShift: 0.2,
    heightShift: 0.2,
    shear: 0.2,
    zoom: 0.2,
    horizontalFlip: true,
    verticalFlip: false,
    noise: 0,
    fill: 'nearest',
    fillValue: 0,
    operations: [],
  });
  const numbers = (from: number, length: number): Int32Array =>
    Int32Array.from({ length }, (_, i) => from + i);
  return {
    file: {
      version: 1,
      name: 'cifar10',
      example: [32, 32, 3],
      classes: '0123456789'.split(''),
      transforms: [
        { transform: 'normalize', mean: [120.72], std: [64.16] },
        { transform: 'augment', seed: 42, operations },
      ],
    },
    examples: images,
    labels,
    splits: {
      train: numbers(0, training),
      validation: numbers(rows - validation, validation),
      test: numbers(0, 0),
    },
  };
}
