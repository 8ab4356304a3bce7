/** Operations on the values of pixels, which are 0–255 and stay so. */
import type { OperationOf } from './operations.ts';
import type { ImageOperation, ImageSize } from './size.ts';

const clipped = (value: number): number => Math.max(0, Math.min(255, value));

/** ITU-R BT.601's weights of red, green and blue in the lightness, as torchvision rounds them. */
const lightness = [0.2989, 0.587, 0.114] as const;

export function brightness({ range: [low, high] }: OperationOf<'brightness'>): ImageOperation {
  return (image, random) => brighten(image, random.uniform(low, high));
}

export function brighten(image: Float32Array, factor: number): void {
  for (let i = 0; i < image.length; i++) image[i] = clipped((image[i] ?? 0) * factor);
}

export function noise({ deviation }: OperationOf<'noise'>): ImageOperation {
  return (image, random) => {
    for (let i = 0; i < image.length; i++) image[i] = clipped((image[i] ?? 0) + deviation * random.normal());
  };
}

/** The four factors are always drawn, so that one's range leaves the others' draws as they are. */
export function colourJitter(o: OperationOf<'colourJitter'>, { channels }: ImageSize): ImageOperation {
  return (image, random) => {
    const [bright, contrast, saturation] = [o.brightness, o.contrast, o.saturation].map((by) =>
      random.uniform(1 - by, 1 + by),
    );
    const hue = random.uniform(-o.hue, o.hue);
    if (o.brightness > 0) brighten(image, bright ?? 1);
    if (o.contrast > 0) changeContrast(image, contrast ?? 1, channels);
    if (channels !== 3) return;
    if (o.saturation > 0) changeSaturation(image, saturation ?? 1);
    if (o.hue > 0) turnHue(image, hue);
  };
}

/** Away from, or towards, the image's mean lightness. */
export function changeContrast(image: Float32Array, factor: number, channels: number): void {
  let sum = 0;
  for (let at = 0; at < image.length; at += channels)
    sum += channels === 3 ? lightnessAt(image, at) : (image[at] ?? 0);
  const mean = (sum / image.length) * channels;
  for (let i = 0; i < image.length; i++) image[i] = clipped(mean + factor * ((image[i] ?? 0) - mean));
}

/** Away from, or towards, each pixel's own grey. */
export function changeSaturation(image: Float32Array, factor: number): void {
  for (let at = 0; at < image.length; at += 3) {
    const grey = lightnessAt(image, at);
    for (let i = at; i < at + 3; i++) image[i] = clipped(grey + factor * ((image[i] ?? 0) - grey));
  }
}

function lightnessAt(image: Float32Array, at: number): number {
  const [red, green, blue] = lightness;
  return red * (image[at] ?? 0) + green * (image[at + 1] ?? 0) + blue * (image[at + 2] ?? 0);
}

/** By a part of the colour circle, in HSV: lightest and darkest channel stay as they are (A. R. Smith, 1978). */
export function turnHue(image: Float32Array, by: number): void {
  for (let at = 0; at < image.length; at += 3) {
    const [r, g, b] = [image[at] ?? 0, image[at + 1] ?? 0, image[at + 2] ?? 0];
    const max = Math.max(r, g, b);
    const range = max - Math.min(r, g, b);
    if (range === 0) continue;
    const sixth = max === r ? (g - b) / range : max === g ? 2 + (b - r) / range : 4 + (r - g) / range;
    const turned = sixth + 6 * by;
    image[at] = hueToChannel(turned + 5, max, range);
    image[at + 1] = hueToChannel(turned + 3, max, range);
    image[at + 2] = hueToChannel(turned + 1, max, range);
  }
}

/** HSV to RGB without cases: a channel as a function of the hue, counted in sixths of the circle. */
function hueToChannel(sixths: number, max: number, range: number): number {
  const k = ((sixths % 6) + 6) % 6;
  return max - range * Math.max(0, Math.min(k, 4 - k, 1));
}
