import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../../src/augment/operations.ts';
import { batchMaker } from '../../src/data/batches.ts';
import type { Transform } from '../../src/data/dataset.ts';

const size = 4 * 4 * 3;
const images = Uint8Array.from({ length: 2 * size }, (_, i) => (i * 41) & 255);

/** The training batch of two images under these transforms. */
function batchOf(transforms: readonly Transform[]): Float32Array {
  const file = { version: 1, name: 'two', example: [4, 4, 3], classes: ['a', 'b'], transforms } as const;
  const plan = { rows: Int32Array.of(0, 1), batchSize: 2, firstBatch: 0, training: { seed: 1 } };
  const out = { x: new Float32Array(2 * size), y: new Float32Array(4) };
  batchMaker({ file, examples: images, labels: Uint8Array.of(0, 1) }, plan)(0, out);
  return out.x;
}

test('the same image and brightness come out whatever normalize does, before or after', () => {
  const operations: Operation[] = [
    {
      name: 'affine',

      rotation: 30,
      widthShift: 1.5,
      heightShift: 0,
      shear: 0,
      zoom: 0.1,
      fill: 'constant',
      fillValue: 200,
      probability: 1,
    },
    { name: 'brightness', range: [0.5, 1.5], probability: 1 },
  ];
  const augment: Transform = { transform: 'augment', seed: 9, operations };
  const plain = batchOf([augment]);
  const [mean, std] = [
    [100, 110, 120],
    [50, 60, 70],
  ];
  const normalize: Transform = { transform: 'normalize', mean, std };
  for (const transforms of [
    [normalize, augment],
    [augment, normalize],
  ] as const) {
    const pixels = batchOf(transforms).map((value, i) => value * (std[i % 3] ?? 1) + (mean[i % 3] ?? 0));
    assert.ok(pixels.every((value, i) => Math.abs(value - (plain[i] ?? 0)) < 1e-3));
  }
  assert.ok(plain.some((value, i) => Math.abs(value - (images[i] ?? 0)) > 10));
});
