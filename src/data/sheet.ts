/** Many small images as one PNG. */
export interface SheetForm {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly columns: number;
  /** Each pixel becomes scale × scale. */
  readonly scale?: number;
}

/** `tiles` are uint8 [height, width, channels], row by row; one pixel of white stands between them. */
export async function writeSheet(file: string, tiles: readonly Uint8Array[], form: SheetForm): Promise<void> {
  const { height, width, channels, columns, scale = 2 } = form;
  const rows = Math.ceil(tiles.length / columns);
  const [sheetWidth, sheetHeight] = [columns * (width + 1) - 1, rows * (height + 1) - 1];
  const pixels = Buffer.alloc(sheetWidth * sheetHeight * 3, 255);
  for (const [i, tile] of tiles.entries()) {
    const [left, top] = [(i % columns) * (width + 1), Math.floor(i / columns) * (height + 1)];
    for (let p = 0; p < height * width; p++) {
      const target = ((top + Math.floor(p / width)) * sheetWidth + left + (p % width)) * 3;
      for (let c = 0; c < 3; c++) pixels[target + c] = tile[p * channels + Math.min(c, channels - 1)] ?? 0;
    }
  }
  const { default: sharp } = await import('sharp');
  await sharp(pixels, { raw: { width: sheetWidth, height: sheetHeight, channels: 3 } })
    .resize(sheetWidth * scale, sheetHeight * scale, { kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toFile(file);
}
