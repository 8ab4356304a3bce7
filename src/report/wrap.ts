/** Long names on several lines, so that none covers its neighbour or loses the end that tells it apart. */

/** Of a letter of 12 pixels, on the safe side. */
const letter = 7;
export const lineHeight = 14;

/** Lines of at most `width` pixels, broken before a cell's bracket and after commas, hyphens and the like where that is possible. */
export function wrapped(name: string, width: number): string {
  const most = Math.max(4, Math.floor(width / letter));
  const lines: string[] = [];
  for (const piece of name.split(/(?=\[)|(?<=[,\-_= ])/).flatMap((one) => cut(one, most))) {
    const last = lines.at(-1);
    if (last === undefined || last.length + piece.length > most) lines.push(piece);
    else lines[lines.length - 1] = last + piece;
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

const cut = (text: string, most: number): string[] =>
  Array.from({ length: Math.ceil(text.length / most) }, (_, i) => text.slice(i * most, (i + 1) * most));

export const linesOf = (text: string): number => text.split('\n').length;

export const widest = (names: readonly string[]): number =>
  Math.max(...names.map((name) => name.length)) * letter;

/** Names beside rows: what is drawn of them, the room that they take on the left, and the height that a row needs. */
export function beside(
  names: readonly string[],
  most: number,
): { readonly labels: string[]; readonly left: number; readonly row: number } {
  const left = Math.min(most, 20 + widest(names));
  const labels = names.map((name) => wrapped(name, left - 20));
  return { labels, left, row: Math.max(30, lineHeight * Math.max(...labels.map(linesOf)) + 6) };
}
