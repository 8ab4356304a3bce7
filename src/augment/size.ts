import type { Random } from '../data/random.ts';

/** Of one image, float32 [height, width, channels] of 0–255 pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Changes one image in place. */
export type ImageOperation = (image: Float32Array, random: Random) => void;
