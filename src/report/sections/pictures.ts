/** Sample images, the augmentation sheet, and the most confident mistakes. */
import { escapeHtml, percent } from '../html.ts';
import type { Input, Mistakes, Sheet } from '../inputs.ts';
import type { Section } from '../section.ts';

export function augmentation({ augmentations }: Input): Section | null {
  if (augmentations.length === 0) return null;
  const note =
    '<p>The originals, each operation alone, and all of them together, as training sees them in one epoch.</p>';
  return {
    title: 'Augmentation',
    before: note,
    after: augmentations.map((one) => sheet(one, 'Augmented images')),
  };
}

/** The tiles alone, their names as text above the columns and beside the rows. */
export function sheet({ stage, base64, columns, rows, sheet }: Sheet, title: string): string {
  const size = pngSize(base64);
  const [width, height] = [size.width - sheet.left, size.height - sheet.top];
  const top =
    columns.length === 0
      ? ''
      : `<span></span><div class="top" style="grid-template-columns:repeat(${columns.length},1fr)">${labels(columns)}</div>`;
  const side =
    rows.length === 0
      ? '<span></span>'
      : `<div class="side" style="grid-template-rows:repeat(${rows.length},1fr)">${labels(rows)}</div>`;
  const picture = `<svg role="img" aria-label="${escapeHtml(`${title} (${stage})`)}" width="${width}" viewBox="${sheet.left} ${sheet.top} ${width} ${height}"><image width="${size.width}" height="${size.height}" href="data:image/png;base64,${base64}"/></svg>`;
  return `<div class="scroll" role="region" aria-label="${escapeHtml(title)}" tabindex="0"><div class="sheet${columns.length > 0 ? ' named' : ''}">${top}${side}${picture}</div></div>`;
}

/** From a PNG's header (RFC 2083, 11.2.2). */
function pngSize(base64: string): { width: number; height: number } {
  const head = Buffer.from(base64.slice(0, 32), 'base64');
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

const labels = (texts: readonly string[]): string =>
  texts.map((text) => `<span>${escapeHtml(text)}</span>`).join('');

export function mistakes({ mistakes }: Input): Section | null {
  if (mistakes.length === 0) return null;
  const lists = mistakes.map(
    (one, i) =>
      `${mistakes.length > 1 ? `<h3>${escapeHtml(one.stage)}</h3>` : ''}${tiles(one, `mistakes-${i}`)}`,
  );
  const note =
    '<p>Wrong predictions that the model was most sure of: what it said, how sure, and what is true.</p>';
  return { title: 'Most confident mistakes', before: note, after: lists };
}

function tiles({ base64, sheet, mistakes }: Mistakes, id: string): string {
  const told = mistakes.map(({ row, class: name, predicted, confidence }) => ({
    alt: `${name}, taken for ${predicted} (row ${row})`,
    html: `<b>${escapeHtml(predicted)}</b> ${percent(confidence, 1)}<br>is ${escapeHtml(name)}`,
  }));
  return pictureList({ base64, sheet }, told, id);
}

/** A sheet's pictures, each with what is told of it. The sheet is in the page once; each tile shows its own part of it. */
export function pictureList(
  { base64, sheet }: Pick<Mistakes, 'base64' | 'sheet'>,
  told: readonly { readonly alt: string; readonly html: string }[],
  id: string,
): string {
  const size = pngSize(base64);
  const source = `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><image id="${id}" width="${size.width}" height="${size.height}" href="data:image/png;base64,${base64}"/></defs></svg>`;
  const items = told.map(({ alt, html }, i) => {
    const x = sheet.left + (i % sheet.columns) * sheet.stepX;
    const y = sheet.top + Math.floor(i / sheet.columns) * sheet.stepY;
    return `<li><svg role="img" aria-label="${escapeHtml(alt)}" viewBox="${x} ${y} ${sheet.width} ${sheet.height}"><use href="#${id}"/></svg>${html}</li>`;
  });
  return `${source}<ul class="mistakes">${items.join('\n')}</ul>`;
}
