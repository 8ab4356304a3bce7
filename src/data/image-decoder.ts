/** One image file to the pixels that a dataset takes. */
import type { Sharp, SharpOptions } from 'sharp';
import { decodePlainPng, type Pixels } from './png.ts';

export interface Wanted {
  readonly height: number;
  readonly width: number;
  readonly colour: 'rgb' | 'grey';
  readonly fit: 'resize' | 'crop' | 'pad';
}

const channelsOf = (colour: Wanted['colour']): number => (colour === 'rgb' ? 3 : 1);

/** Of the pixels of one image. */
export const bytesOf = ({ height, width, colour }: Wanted): number => height * width * channelsOf(colour);

export type DecodedImage =
  | {
      readonly type: 'image';
      /** Of the file, upright: `48x32` (width by height). */
      readonly size: string;
      readonly otherSize: boolean;
      /** `grey`, `rgb`, `rgba`, `cmyk` …, of the file. */
      readonly colour: string;
      readonly otherColour: boolean;
      /** uint8 [height, width, channels], as wanted. */
      readonly pixels: Uint8Array;
    }
  | { readonly type: 'unreadable'; readonly why: string };

const colourNames = ['', 'grey', 'grey with alpha', 'rgb', 'rgba'];

export async function decodeImage(bytes: Buffer, wanted: Wanted): Promise<DecodedImage> {
  const plain = decodePlainPng(bytes, wanted);
  if (plain) {
    const pixels = inChannels(plain, wanted.colour);
    if (pixels) return described(plain, colourNames[plain.channels] ?? '', wanted, pixels);
  }
  try {
    return await bySharp(bytes, wanted);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { type: 'unreadable', why: bytes.length === 0 ? 'the file is empty' : why };
  }
}

function described(
  { width, height }: { readonly width: number; readonly height: number },
  colour: string,
  wanted: Wanted,
  pixels: Uint8Array,
): DecodedImage {
  return {
    type: 'image',
    size: `${width}x${height}`,
    otherSize: width !== wanted.width || height !== wanted.height,
    colour,
    otherColour: colour !== wanted.colour,
    pixels,
  };
}

/** Grey repeated, alpha dropped; null where colours would have to be weighed. */
function inChannels({ data, channels }: Pixels, colour: Wanted['colour']): Uint8Array | null {
  const count = channelsOf(colour);
  if (channels === count) return data;
  if (channels > 2 && count === 1) return null;
  const pixels = new Uint8Array((data.length / channels) * count);
  for (let from = 0, to = 0; from < data.length; from += channels)
    for (let c = 0; c < count; c++) pixels[to++] = data[from + (channels > 2 ? c : 0)] ?? 0;
  return pixels;
}

const fits = { resize: 'fill', crop: 'cover', pad: 'contain' } as const;

async function bySharp(bytes: Buffer, wanted: Wanted): Promise<DecodedImage> {
  const { default: sharp } = await import('sharp');
  // The threads that decode are ours.
  sharp.concurrency(1);
  const image = sharp(bytes, { failOn: 'truncated' });
  const { autoOrient: upright, space, channels: stored, hasAlpha } = await image.metadata();
  const colours = wanted.colour === 'grey' ? 'b-w' : 'srgb';
  const whole = image.autoOrient().removeAlpha().toColourspace(colours);
  const opaque = hasAlpha ? sharp(...(await rawOf(whole))).toColourspace(colours) : whole;
  const resized = opaque.resize(wanted.width, wanted.height, { fit: fits[wanted.fit], background: 'black' });
  const { data, info } = await resized.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const pixels = inChannels({ ...info, data }, wanted.colour);
  if (!pixels) throw new Error(`${info.channels} channels were left of it`);
  const plain = stored - (hasAlpha ? 1 : 0);
  const name =
    space === 'cmyk' ? 'cmyk' : (colourNames[plain === 1 ? (hasAlpha ? 2 : 1) : hasAlpha ? 4 : 3] ?? '');
  return described(upright, name, wanted, pixels);
}

/** Of an image with alpha, before it is resized: sharp drops alpha last and would weigh colours by it, transparent ones as black. */
async function rawOf(image: Sharp): Promise<[Buffer, SharpOptions]> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return [data, { raw: { width, height, channels } }];
}
