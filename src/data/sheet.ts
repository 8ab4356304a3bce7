/** Many small images as one PNG, with their names. */
import { writeFile } from 'node:fs/promises';
import type { OpenDataset } from './batches.ts';
import { drawText, glyphHeight, textWidth, textWithin } from './lettering.ts';

export interface SheetForm {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly columns: number;
  /** Written before each row. */
  readonly rowNames?: readonly string[];
  /** Written above each column, as far as there is room. */
  readonly columnNames?: readonly string[];
}

/** Small images are shown larger: up to so many pixels high and wide. */
const shownSide = 64;
/** Many large ones are shown smaller, so that a picture is no wider and no higher. */
const mostSide = 8192;
const gap = 1;
const textGap = 2;

/** Where the tiles lie in the picture, in its pixels; what is left of and above them is their names. */
export interface SheetPlan {
  readonly left: number;
  readonly top: number;
  /** From a tile to the next, across and down. */
  readonly stepX: number;
  readonly stepY: number;
  /** A tile's own size. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
}

/** `tiles` as `drawSheet` takes them. */
export async function writeSheet(
  file: string,
  tiles: readonly Uint8Array[],
  form: SheetForm,
): Promise<SheetPlan> {
  const { png, plan } = await drawSheet(tiles, form);
  await writeFile(file, png);
  return plan;
}

/** Examples by their rows; null where there is nothing to see: no rows, or features in place of pixels. */
export async function drawExamples(
  { file, examples }: Pick<OpenDataset, 'file' | 'examples'>,
  rows: readonly number[],
  columns: number,
): Promise<Drawn | null> {
  if (rows.length === 0 || !(examples instanceof Uint8Array)) return null;
  const [height = 1, width = 1, channels = 1] = file.example;
  const size = height * width * channels;
  const tiles = rows.map((row) => examples.subarray(row * size, (row + 1) * size));
  return drawSheet(tiles, { height, width, channels, columns });
}

interface Drawn {
  readonly png: Buffer;
  readonly plan: SheetPlan;
}

/** `tiles` are uint8 [height, width, channels], row by row. */
async function drawSheet(tiles: readonly Uint8Array[], form: SheetForm): Promise<Drawn> {
  const { channels, columns, rowNames = [], columnNames = [] } = form;
  const rows = Math.ceil(tiles.length / columns);
  const shrink = Math.ceil(Math.max((columns * form.width) / mostSide, (rows * form.height) / mostSide, 1));
  const [height, width] = [Math.ceil(form.height / shrink), Math.ceil(form.width / shrink)];
  const scale = Math.max(1, Math.floor(shownSide / Math.max(height, width)));
  const left = rowNames.length > 0 ? Math.max(...rowNames.map(textWidth)) + textGap : 0;
  const top = columnNames.length > 0 ? glyphHeight + textGap : 0;
  const stepX = width + gap;
  const stepY = (rowNames.length > 0 ? Math.max(height, glyphHeight) : height) + gap;
  const canvas = makeCanvas(left + columns * stepX - gap, top + rows * stepY - gap);
  for (const [i, tile] of tiles.entries()) {
    const shown = shrink === 1 ? tile : shrunk(tile, form, shrink);
    const [x, y] = [left + (i % columns) * stepX, top + Math.floor(i / columns) * stepY];
    canvas.image(shown, x, y, { height, width, channels });
  }
  for (const [i, name] of rowNames.entries())
    canvas.text(name, 0, top + i * stepY + Math.floor((stepY - gap - glyphHeight) / 2));
  for (const [i, name] of columnNames.entries())
    canvas.text(textWithin(name, stepX - textGap), left + i * stepX, 0);
  const { default: sharp } = await import('sharp');
  const png = await sharp(canvas.pixels, { raw: { width: canvas.width, height: canvas.height, channels: 3 } })
    .resize(canvas.width * scale, canvas.height * scale, { kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const plan: SheetPlan = {
    left: left * scale,
    top: top * scale,
    stepX: stepX * scale,
    stepY: stepY * scale,
    width: width * scale,
    height: height * scale,
    columns,
  };
  return { png, plan };
}

/** One pixel of each `factor` by `factor`. */
function shrunk(
  tile: Uint8Array,
  { height, width, channels }: Pick<SheetForm, 'height' | 'width' | 'channels'>,
  factor: number,
): Uint8Array {
  const small = new Uint8Array(Math.ceil(height / factor) * Math.ceil(width / factor) * channels);
  let to = 0;
  for (let y = 0; y < height; y += factor)
    for (let x = 0; x < width; x += factor)
      for (let c = 0; c < channels; c++) small[to++] = tile[(y * width + x) * channels + c] ?? 0;
  return small;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  /** RGB, white at first. */
  readonly pixels: Buffer;
  image(tile: Uint8Array, x: number, y: number, size: Pick<SheetForm, 'height' | 'width' | 'channels'>): void;
  text(text: string, x: number, y: number): void;
}

function makeCanvas(width: number, height: number): Canvas {
  const pixels = Buffer.alloc(width * height * 3, 255);
  return {
    width,
    height,
    pixels,
    image: (tile, left, top, size) => {
      for (let p = 0; p < size.height * size.width; p++) {
        const at = ((top + Math.floor(p / size.width)) * width + left + (p % size.width)) * 3;
        for (let c = 0; c < 3; c++)
          pixels[at + c] = tile[p * size.channels + Math.min(c, size.channels - 1)] ?? 0;
      }
    },
    text: (text, left, top) =>
      drawText(text, (x, y) =>
        pixels.fill(0, ((top + y) * width + left + x) * 3, ((top + y) * width + left + x + 1) * 3),
      ),
  };
}
