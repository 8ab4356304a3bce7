import type { ImageOperation, ImageSize } from './size.ts';

/** Mirrors the image: its columns change places. */
export function flipHorizontally({ height, width, channels }: ImageSize): ImageOperation {
  const row = width * channels;
  return (image) => {
    for (let start = 0; start < height * row; start += row) {
      let right = start + row - channels;
      for (let left = start; left < right; left += channels, right -= channels) {
        for (let i = 0; i < channels; i++) {
          const kept = image[left + i] ?? 0;
          image[left + i] = image[right + i] ?? 0;
          image[right + i] = kept;
        }
      }
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
