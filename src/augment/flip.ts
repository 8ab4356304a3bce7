import type { ImageOperation, ImageSize } from './size.ts';

/** Mirrors the image: its columns change places. */
export function flipHorizontally({ height, width, channels }: ImageSize): ImageOperation {
  return (image) => {
    for (let y = 0; y < height; y++) {
      let left = y * width * channels;
      let right = left + (width - 1) * channels;
      for (; left < right; left += channels, right -= channels) swap(image, left, right, channels);
    }
  };
}

/** Turns the image upside down: its rows change places. */
export function flipVertically({ height, width, channels }: ImageSize): ImageOperation {
  const row = width * channels;
  return (image) => {
    let top = 0;
    let bottom = (height - 1) * row;
    for (; top < bottom; top += row, bottom -= row) swap(image, top, bottom, row);
  };
}

function swap(image: Float32Array, a: number, b: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const kept = image[a + i] ?? 0;
    image[a + i] = image[b + i] ?? 0;
    image[b + i] = kept;
  }
}
