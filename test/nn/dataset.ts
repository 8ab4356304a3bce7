/** A small dataset of three classes, augmented and normalized. */
import { operationsOf } from '../../src/augment/operations.ts';
import type { OpenDataset } from '../../src/data/batches.ts';

const example = [8, 8, 3];
const operations = operationsOf({
  rotation: 20,
  widthShift: 0.2,
  heightShift: 0.2,
  shear: 0,
  zoom: 0.2,
  horizontalFlip: true,
  verticalFlip: false,
  noise: 4,
  fill: 'nearest',
  fillValue: 0,
  operations: [],
});

export function waves(rows: number, held = 0): OpenDataset {
  const images = new Uint8Array(new SharedArrayBuffer(rows * 192));
  for (let i = 0; i < images.length; i++) images[i] = (i * 37) % 256;
  return {
    file: {
      version: 1,
      name: 'waves',
      example,
      classes: ['a', 'b', 'c'],
      transforms: [
        { transform: 'normalize', mean: [120], std: [60] },
        { transform: 'augment', seed: 3, operations },
      ],
    },
    examples: images,
    labels: Uint8Array.from({ length: rows }, (_, i) => i % 3),
    splits: {
      train: Int32Array.from({ length: rows }, (_, i) => i),
      validation: Int32Array.from({ length: held }, (_, i) => i),
      test: new Int32Array(0),
    },
  };
}
