import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Augmenter, makeAugmenter } from '../../src/augment/augmenter.ts';
import { changeContrast, changeSaturation, turnHue } from '../../src/augment/colour.ts';
import { type AugmentParams, operationsOf } from '../../src/augment/operations.ts';
import { Random } from '../../src/data/random.ts';

const none: AugmentParams = {
  rotation: 0,
  widthShift: 0,
  heightShift: 0,
  shear: 0,
  zoom: 0,
  horizontalFlip: false,
  verticalFlip: false,
  noise: 0,
  fill: 'nearest',
  fillValue: 0,
  operations: [],
};
const still = { rotation: 0, widthShift: 0, heightShift: 0, shear: 0, zoom: 0, fillValue: 0, probability: 1 };
const [height, width, channels] = [9, 8, 3];
const size = height * width * channels;

function augmenterOf(params: Partial<AugmentParams>, seed = 1): Augmenter {
  return makeAugmenter({ seed, operations: operationsOf({ ...none, ...params }) }, [height, width, channels]);
}

function picture(seed = 0): Float32Array {
  const random = new Random(seed, 1, 2, 3);
  return Float32Array.from({ length: size }, () => random.integer(256));
}

function apply(params: Partial<AugmentParams>, row = 0, epoch = 0, image = picture()): Float32Array {
  augmenterOf(params).batch(image, noLabels, epoch, [row]);
  return image;
}

const noLabels = new Float32Array(0);
const rows = (count: number): number[] => Array.from({ length: count }, (_, row) => row);
const isUnchanged = (image: Float32Array): boolean => picture().every((value, i) => value === image[i]);

test('operations are done in the order in which they are written', () => {
  const bright = { brightness: { range: [3, 3] as [number, number], probability: 1 } };
  const covered = { cutout: { size: 99, count: 1, fillValue: 20, probability: 1 } };
  assert.ok(apply({ operations: [bright, covered] }).every((value) => value === 20));
  assert.ok(apply({ operations: [covered, bright] }).every((value) => value === 60));
});

test('an operation is done as often as its probability says', () => {
  const times = (probability: number): number =>
    rows(500).filter(
      (row) => !isUnchanged(apply({ operations: [{ noise: { deviation: 5, probability } }] }, row)),
    ).length;
  assert.equal(times(0), 0);
  assert.equal(times(1), 500);
  assert.ok(Math.abs(times(0.3) - 150) < 40, `${times(0.3)} of 500`);
  const flipped = rows(500).filter((row) => !isUnchanged(apply({ horizontalFlip: true }, row))).length;
  assert.ok(Math.abs(flipped - 250) < 45, `${flipped} of 500 mirrored`);
});

test('what an operation draws depends on no other operation, order or batch', () => {
  const flips = (params: Partial<AugmentParams>): boolean[] =>
    rows(40).map((row) => !isUnchanged(apply({ horizontalFlip: true, ...params }, row)));
  const covered = { cutout: { size: 1, count: 1, fillValue: 1, probability: 0 } };
  assert.deepEqual(flips({}), flips({ operations: [covered] }));
  const params = { rotation: 20, widthShift: 0.2, horizontalFlip: true, noise: 4 };
  const order = [5, 2, 9];
  const x = new Float32Array(3 * size);
  for (const i of rows(3)) x.set(picture(i), i * size);
  augmenterOf(params).batch(x, noLabels, 7, order);
  for (const [i, row] of order.entries())
    assert.deepEqual(x.slice(i * size, (i + 1) * size), apply(params, row, 7, picture(i)));
});

test('each epoch and row draws anew, the same seed the same', () => {
  const params = { rotation: 30 };
  assert.deepEqual(apply(params, 3, 1), apply(params, 3, 1));
  assert.notDeepEqual(apply(params, 3, 1), apply(params, 3, 2));
  assert.notDeepEqual(apply(params, 3, 1), apply(params, 4, 1));
});

test('a whole number shifts by whole pixels below it, a list by one of its numbers, a fraction by up to its part', () => {
  const wide = 101;
  const shifts = (widthShift: number | [number, ...number[]]): number[] =>
    rows(200).map((row) => {
      const line = Float32Array.from({ length: wide }, (_, x) => x);
      const operations = operationsOf({ ...none, widthShift });
      makeAugmenter({ seed: 1, operations }, [1, wide, 1]).batch(line, noLabels, 0, [row]);
      return Math.round(((line[50] ?? 0) - 50) * 1000) / 1000;
    });
  const distinct = (numbers: number[]): number[] =>
    [...new Set(numbers.map((one) => one + 0))].sort((a, b) => a - b);
  assert.deepEqual(distinct(shifts(3)), [-2, -1, 0, 1, 2]);
  assert.deepEqual(distinct(shifts([0, 7])), [-7, 0, 7]);
  const parts = shifts(0.2);
  assert.ok(Math.max(...parts) <= 20.2 && Math.max(...parts) > 18 && Math.min(...parts) < -18);
  assert.ok(distinct(shifts(2.5)).length > 100 && Math.max(...shifts(2.5).map(Math.abs)) <= 2.5);
});

test('a random crop mirrors what lies outside without repeating the edge, as PyTorch does', () => {
  const line = [10, 20, 30, 40];
  const padded = [30, 20, 10, 20, 30, 40, 30, 20];
  const operations = operationsOf({
    ...none,
    operations: [{ randomCrop: { padding: 2, fill: 'reflect', fillValue: 0, probability: 1 } }],
  });
  const seen = rows(60).map((row) => {
    const image = Float32Array.from(line);
    makeAugmenter({ seed: 1, operations }, [1, 4, 1]).batch(image, noLabels, 0, [row]);
    return image.join();
  });
  const possible = [0, 1, 2, 3, 4].map((start) => padded.slice(start, start + 4).join());
  assert.deepEqual([...new Set(seen)].sort(), possible.sort());
});

test('cutout covers squares of its size, cut off at the border', () => {
  const covered = rows(300).map(
    (row) =>
      apply({ operations: [{ cutout: { size: 4, count: 1, fillValue: 300, probability: 1 } }] }, row).filter(
        (value) => value === 300,
      ).length / channels,
  );
  assert.equal(Math.max(...covered), 16);
  assert.equal(Math.min(...covered), 4);
});

test('noise has its deviation, and leaves no value outside 0–255', () => {
  const grey = new Float32Array(size).fill(128);
  const values = rows(40).flatMap((row) => [...apply({ noise: 10 }, row, 0, grey.slice())]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  assert.ok(Math.abs(mean - 128) < 0.5 && Math.abs(deviation - 10) < 0.3, `${mean} ± ${deviation}`);
  assert.ok(apply({ noise: 200 }).every((value) => value >= 0 && value <= 255));
});

test('contrast, saturation and hue do what their names say', () => {
  const image = Float32Array.of(200, 40, 40, 10, 60, 110);
  const [greyFlat, grey, turned] = [image.slice(), image.slice(), image.slice()];
  changeContrast(greyFlat, 0, 3);
  assert.equal(new Set(greyFlat).size, 1);
  changeSaturation(grey, 0);
  assert.ok(Math.abs((grey[0] ?? 0) - (0.2989 * 200 + 0.587 * 40 + 0.114 * 40)) < 0.01);
  assert.equal(grey[0], grey[2]);
  turnHue(turned, 1 / 3);
  assert.deepEqual(turned.map(Math.round), Float32Array.of(40, 200, 40, 110, 10, 60));
  for (const factor of [1]) {
    const same = image.slice();
    changeContrast(same, factor, 3);
    changeSaturation(same, factor);
    turnHue(same, 0);
    assert.deepEqual(same.map(Math.round), image);
  }
});

test('options that do nothing are no operation', () => {
  assert.deepEqual(operationsOf({ ...none, fill: 'wrap', fillValue: 9 }), []);
  assert.deepEqual(operationsOf({ ...none, operations: [{ affine: { ...still, fill: 'wrap' } }] }), []);
  assert.deepEqual(
    operationsOf({ ...none, zoom: 0.1, verticalFlip: true, noise: 3, brightness: [1, 2] }).map(
      ({ name }) => name,
    ),
    ['affine', 'verticalFlip', 'brightness', 'noise'],
  );
});

/** A batch of images of one value each, 10, 20, 30 …, each of a class of its own, after an operation that mixes. */
function mixed(
  operation: AugmentParams['operations'][number],
  count = 8,
): { x: Float32Array; y: Float32Array } {
  const x = new Float32Array(count * size);
  const y = new Float32Array(count * count);
  for (let i = 0; i < count; i++) {
    x.fill(10 * (i + 1), i * size, (i + 1) * size);
    y[i * count + i] = 1;
  }
  augmenterOf({ operations: [operation] }).batch(x, y, 3, rows(count));
  return { x, y };
}

/** The mean pixel of each row, and what its labels' shares would make of the classes' values. */
function meansOf({ x, y }: { x: Float32Array; y: Float32Array }, count = 8): [number, number][] {
  return rows(count).map((i) => [
    x.slice(i * size, (i + 1) * size).reduce((sum, value) => sum + value, 0) / size,
    y.slice(i * count, (i + 1) * count).reduce((sum, share, label) => sum + share * 10 * (label + 1), 0),
  ]);
}

test('mixup and cutmix mix labels in the shares in which they mix pixels', () => {
  for (const operation of [
    { mixup: { alpha: 0.8, probability: 1 } },
    { cutmix: { alpha: 1, probability: 1 } },
  ]) {
    const made = mixed(operation);
    for (const [pixels, labels] of meansOf(made))
      assert.ok(Math.abs(pixels - labels) < 0.01, `${pixels} ${labels}`);
    for (const i of rows(8)) {
      const shares = made.y.slice(i * 8, (i + 1) * 8);
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
    }
    assert.ok(meansOf(made).filter(([pixels], i) => Math.abs(pixels - 10 * (i + 1)) > 0.01).length >= 4);
  }
  const values = new Set(mixed({ cutmix: { alpha: 1, probability: 1 } }).x);
  assert.ok(
    [...values].every((value) => value % 10 === 0),
    'cutmix blends no pixels',
  );
});

test('the share of mixup follows Beta(alpha, alpha)', () => {
  const shares = rows(400).flatMap((epoch) => {
    const [x, y] = [new Float32Array(2 * size), Float32Array.of(1, 0, 0, 1)];
    augmenterOf({ operations: [{ mixup: { alpha: 0.5, probability: 1 } }] }).batch(x, y, epoch, [0, 1]);
    // Where the other is the image itself, nothing shows.
    return (y[1] ?? 0) > 0 ? [y[0] ?? 0] : [];
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
  assert.ok(shares.length > 120 && Math.abs(mean - 0.5) < 0.1, `mean ${mean} of ${shares.length}`);
  assert.ok(Math.abs(variance - 1 / 8) < 0.03, `variance ${variance}`);
});

test('operations beside a mixing one stay in the order in which they are written', () => {
  const bright = { brightness: { range: [2, 2] as [number, number], probability: 1 } };
  const mix = { mixup: { alpha: 1, probability: 1 } };
  const batch = (operations: AugmentParams['operations']): Float32Array => {
    const x = Float32Array.from({ length: 8 * size }, (_, i) => 60 + 20 * Math.floor(i / size));
    augmenterOf({ operations }).batch(x, new Float32Array(8), 0, rows(8));
    return x;
  };
  // 2 × 200 is cut off at 255, before or after it is mixed.
  assert.notDeepEqual(batch([bright, mix]), batch([mix, bright]));
});
