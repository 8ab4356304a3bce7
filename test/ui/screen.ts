/** A terminal as far as the live view uses one: what stands on it, with what scrolled out above. */
import stringWidth from 'string-width';
import type { Terminal } from '../../src/ui/progress.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const sequences = /\u001b\[(\d+)A|\u001b\[0?([JK])|(\u001b\[[\d;]*m)|([\s\S])/gu;

export class Screen implements Terminal {
  columns: number;
  rows: number;
  /** Each line as its characters, wide ones followed by an empty one. */
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  #listeners: (() => void)[] = [];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  on(_event: 'resize', listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Breaks the lines that stand there anew, as most terminals do; the cursor stays where the text was. */
  resize(columns: number, rows: number): void {
    const after = this.#lines.slice(this.#row).flat().length === 0;
    const broken = this.#lines.flatMap((line) => chunks(line, columns));
    this.#lines = broken;
    this.#row = after ? broken.length - 1 : this.#row;
    this.#column = 0;
    Object.assign(this, { columns, rows });
    for (const listener of this.#listeners) listener();
  }

  write(text: string): void {
    for (const [, up, clear, style, other] of text.matchAll(sequences)) {
      if (up !== undefined) this.#up(Number(up));
      else if (clear !== undefined) this.#clear(clear);
      else if (style === undefined) this.#put(other ?? '');
    }
  }

  text(): string {
    return this.#lines
      .map((line) => line.join('').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** A cursor can't go up to what has scrolled out. */
  #up(count: number): void {
    this.#row = Math.max(0, this.#lines.length - this.rows, this.#row - count);
  }

  #clear(what: string): void {
    (this.#lines[this.#row] ?? []).length = this.#column;
    if (what === 'J') this.#lines.length = this.#row + 1;
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') {
      this.#row++;
      this.#column = 0;
      this.#lines[this.#row] ??= [];
    } else {
      const width = stringWidth(character);
      if (this.#column + width > this.columns) this.#put('\n');
      const line = this.#lines[this.#row] ?? [];
      if (width === 0) line[this.#column - 1] += character;
      else line.splice(this.#column, width, character, ...(width === 2 ? [''] : []));
      this.#column += width;
    }
  }
}

function chunks(line: readonly string[], size: number): string[][] {
  const found: string[][] = [[]];
  for (const [i, character] of line.entries()) {
    const last = found.at(-1) ?? [];
    // A character of two columns is followed by an empty one: both stand in one line.
    const width = line[i + 1] === '' ? 2 : 1;
    if (character !== '' && last.length + width > size) found.push([character]);
    else last.push(character);
  }
  return found;
}
