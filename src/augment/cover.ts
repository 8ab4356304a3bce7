/** Operations that cut from the image or cover parts of it. */
import type { OperationOf } from './operations.ts';
import type { ImageOperation, ImageSize } from './size.ts';

export function randomCrop(o: OperationOf<'randomCrop'>, size: ImageSize): ImageOperation {
  const { height, width, channels } = size;
  const scratch = new Float32Array(height * width * channels);
  return (image, random) => {
    const down = random.integer(2 * o.padding + 1) - o.padding;
    const across = random.integer(2 * o.padding + 1) - o.padding;
    scratch.set(image);
    for (let y = 0, target = 0; y < height; y++) {
      const row = sourceOf(y + down, height, o.fill);
      for (let x = 0; x < width; x++, target += channels) {
        const column = sourceOf(x + across, width, o.fill);
        const from = (row * width + column) * channels;
        for (let i = 0; i < channels; i++)
          image[target + i] = row < 0 || column < 0 ? o.fillValue : (scratch[from + i] ?? 0);
      }
    }
  };
}

/** The pixel that stands at a place beside the image; -1 for the constant. */
function sourceOf(at: number, side: number, fill: OperationOf<'randomCrop'>['fill']): number {
  if (at >= 0 && at < side) return at;
  if (fill === 'constant') return -1;
  if (fill === 'nearest' || side === 1) return at < 0 ? 0 : side - 1;
  const period = 2 * (side - 1);
  const place = ((at % period) + period) % period;
  return place < side ? place : period - place;
}

export function cutout(o: OperationOf<'cutout'>, { height, width, channels }: ImageSize): ImageOperation {
  return (image, random) => {
    for (let n = 0; n < o.count; n++) {
      const top = random.integer(height) - (o.size >> 1);
      const left = random.integer(width) - (o.size >> 1);
      const [from, to] = [Math.max(0, left), Math.min(width, left + o.size)];
      for (let y = Math.max(0, top); y < Math.min(height, top + o.size); y++)
        image.fill(o.fillValue, (y * width + from) * channels, (y * width + to) * channels);
    }
  };
}
