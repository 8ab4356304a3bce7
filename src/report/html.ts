/** Text that is safe inside HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export interface TableOptions {
  /** Said to screen readers. */
  readonly label: string;
  /** Indices of columns that hold numbers: set to the right. */
  readonly numbers?: readonly number[];
  /** Indices of columns whose cells are HTML already. */
  readonly html?: readonly number[];
}

/** A table that scrolls by itself where it is wider than the page. */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { label, numbers = [], html = [] }: TableOptions,
): string {
  const right = (i: number): string => (numbers.includes(i) ? ' class="n"' : '');
  const titles = head.map((title, i) => `<th scope="col"${right(i)}>${escapeHtml(title)}</th>`).join('');
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td${right(i)}>${html.includes(i) ? cell : escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table><thead><tr>${titles}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

export const percent = (part: number, digits = 2): string => `${(part * 100).toFixed(digits)}%`;
export const count = (value: number): string => value.toLocaleString('en-US');
/** Up to four significant digits, without trailing zeros. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));
/** A difference of proportions in percentage points, with its sign. */
export const points = (part: number): string =>
  `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(2)} points`;
