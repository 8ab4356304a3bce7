import { padded, visible, widthOf } from './text.ts';

/** Columns as wide as their widest cell, two spaces apart. */
export function formatTable(head: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(visible));
  const widths = head.map((title, i) =>
    Math.max(...[title, ...rows.map((row) => row[i] ?? '')].map(widthOf)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** A name and what it is, a line each. */
export function formatFacts(facts: readonly (readonly [name: string, text: string])[]): string {
  return facts.map(([name, text]) => `${padded(name, 12)}${visible(text)}`).join('\n');
}
