import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp, { type Channels, type PngOptions } from 'sharp';
import { decodeImage } from '../../src/data/image-decoder.ts';
import { decodePlainPng } from '../../src/data/png.ts';

const picture = fc
  .record({
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom(1, 2, 3, 4),
    smooth: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1e9 }),
  })
  .map(({ seed, smooth, ...form }) => {
    let state = seed;
    const data = Buffer.from(
      Array.from({ length: form.width * form.height * form.channels }, (_, i) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        // Slopes make the encoder choose each of the filters, noise none.
        return smooth ? (i * 3 + (state >>> 30)) & 255 : state >>> 24;
      }),
    );
    return { ...form, data };
  });

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Buffer;
}

/** sharp would write grey as colour unless it is told not to. */
function encode({ data, ...form }: Picture, options: PngOptions): Promise<Buffer> {
  const [width, height, channels] = [form.width, form.height, form.channels as Channels];
  const space = channels < 3 ? 'b-w' : 'srgb';
  return sharp(data, { raw: { width, height, channels } }).toColourspace(space).png(options).toBuffer();
}

test('plain PNGs come out as they were put in, whatever their filters', async () => {
  await fc.assert(
    fc.asyncProperty(picture, fc.boolean(), async (made, adaptiveFiltering) => {
      const decoded = decodePlainPng(await encode(made, { adaptiveFiltering, compressionLevel: 6 }));
      assert.ok(decoded);
      assert.deepEqual(
        [decoded.width, decoded.height, decoded.channels],
        [made.width, made.height, made.channels],
      );
      assert.deepEqual(Buffer.from(decoded.data), made.data);
    }),
    { numRuns: 150 },
  );
});

test('a PNG that is cut, damaged, interlaced or has a palette is no plain one', async () => {
  const made = {
    width: 9,
    height: 7,
    channels: 3,
    data: Buffer.from(Array.from({ length: 189 }, (_, i) => (i * 37) & 255)),
  };
  const bytes = await encode(made, {});
  for (let length = 0; length < bytes.length - 12; length += 7)
    assert.equal(decodePlainPng(bytes.subarray(0, length)), null);
  const damaged = Buffer.from(bytes);
  damaged[60] = (damaged[60] ?? 0) ^ 255;
  assert.equal(decodePlainPng(damaged), null);
  assert.equal(decodePlainPng(await encode(made, { progressive: true })), null);
  assert.equal(decodePlainPng(await encode(made, { palette: true })), null);
});

const wanted = { height: 6, width: 8, colour: 'rgb', fit: 'resize' } as const;
const flat = (channels: 1 | 2 | 3 | 4, pixel: number[], [width, height] = [8, 6]): Promise<Buffer> =>
  encode({ width, height, channels, data: Buffer.from(new Array(width * height).fill(pixel).flat()) }, {});

test('grey becomes colour, alpha is dropped, colour becomes grey by its lightness', async () => {
  const pixelOf = async (bytes: Buffer, colour: 'rgb' | 'grey' = 'rgb'): Promise<(string | number)[]> => {
    const decoded = await decodeImage(bytes, { ...wanted, colour });
    assert.equal(decoded.type, 'image');
    return decoded.type === 'image'
      ? [decoded.colour, ...decoded.pixels.subarray(0, colour === 'rgb' ? 3 : 1)]
      : [];
  };
  assert.deepEqual(await pixelOf(await flat(1, [90])), ['grey', 90, 90, 90]);
  assert.deepEqual(await pixelOf(await flat(2, [90, 7])), ['grey with alpha', 90, 90, 90]);
  assert.deepEqual(await pixelOf(await flat(4, [10, 20, 30, 7])), ['rgba', 10, 20, 30]);
  const [colour, grey] = await pixelOf(await flat(3, [0, 255, 0]), 'grey');
  assert.equal(colour, 'rgb');
  assert.ok(Number(grey) > 150 && Number(grey) < 230);
});

test('an image of another size is stretched, cut or padded', async () => {
  const tall = await flat(3, [200, 0, 0], [8, 24]);
  const decoded = async (fit: 'resize' | 'crop' | 'pad'): Promise<Uint8Array> => {
    const made = await decodeImage(tall, { ...wanted, fit });
    assert.ok(made.type === 'image' && made.otherSize && made.size === '8x24');
    return made.pixels;
  };
  const reds = (pixels: Uint8Array): number => pixels.filter((value, i) => i % 3 === 0 && value > 100).length;
  assert.equal(reds(await decoded('resize')), 48);
  assert.equal(reds(await decoded('crop')), 48);
  assert.equal(reds(await decoded('pad')), 12);
});

test('colours under transparency stay as they are, whether or not the image has to be resized', async () => {
  const see = await flat(4, [200, 100, 50, 0], [16, 12]);
  const half = Buffer.from(
    Array.from({ length: 16 * 12 }, (_, i) =>
      i % 16 < 8 ? [200, 200, 200, 0] : [100, 100, 100, 255],
    ).flat(),
  );
  for (const fit of ['resize', 'crop', 'pad'] as const) {
    const made = await decodeImage(see, { ...wanted, fit });
    assert.ok(made.type === 'image' && made.colour === 'rgba');
    assert.deepEqual([...made.pixels.subarray(0, 3)], [200, 100, 50], fit);
  }
  const [alpha, opaque] = await Promise.all([
    encode({ width: 16, height: 12, channels: 4, data: half }, {}),
    encode({ width: 16, height: 12, channels: 3, data: Buffer.from(half.filter((_, i) => i % 4 !== 3)) }, {}),
  ]);
  for (const colour of ['rgb', 'grey'] as const) {
    const [one, other] = await Promise.all(
      [alpha, opaque].map((file) => decodeImage(file, { ...wanted, colour })),
    );
    assert.ok(one?.type === 'image' && other?.type === 'image');
    assert.deepEqual(one.pixels, other.pixels, 'as if it had no alpha');
  }
});

test('a PNG is turned as its EXIF says, as one of another size is', async () => {
  const half = Buffer.from(
    Array.from({ length: 8 * 6 }, (_, i) => (i % 8 < 4 ? [250, 0, 0] : [0, 0, 250])).flat(),
  );
  const image = sharp(half, { raw: { width: 8, height: 6, channels: 3 } });
  const [plain, noted] = await Promise.all([
    image.clone().png().toBuffer(),
    image.clone().png().withMetadata({ orientation: 3 }).toBuffer(),
  ]);
  const at = noted.indexOf('eXIf') - 4;
  const chunk = noted.subarray(at, at + 12 + noted.readUInt32BE(at));
  // After the header, without the colour profile that sharp writes too.
  const turned = Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]);
  const upright = await decodeImage(turned, wanted);
  assert.ok(upright.type === 'image' && !upright.otherSize);
  assert.deepEqual([...upright.pixels.subarray(0, 3)], [0, 0, 250], 'what was left is right');
});

test('a PNG that has another size than the one asked for is not unpacked twice', async () => {
  const file = await flat(3, [1, 2, 3], [16, 12]);
  assert.equal(decodePlainPng(file, wanted), null);
  assert.equal(decodePlainPng(file, { width: 16, height: 12 })?.data.length, 16 * 12 * 3);
});

test('JPEG and WebP are read, upright as the camera was held', async () => {
  const half = Buffer.from(
    Array.from({ length: 8 * 6 }, (_, i) => (i % 8 < 4 ? [250, 0, 0] : [0, 0, 250])).flat(),
  );
  const image = sharp(half, { raw: { width: 8, height: 6, channels: 3 } });
  const webp = await decodeImage(await image.clone().webp({ lossless: true }).toBuffer(), wanted);
  assert.ok(webp.type === 'image' && Buffer.from(webp.pixels).equals(half));
  const turned = await image.jpeg({ quality: 100 }).withMetadata({ orientation: 3 }).toBuffer();
  const upright = await decodeImage(turned, wanted);
  assert.ok(upright.type === 'image' && !upright.otherSize);
  assert.ok((upright.pixels[0] ?? 255) < 80 && (upright.pixels[2] ?? 0) > 180, 'what was left is right');
});
