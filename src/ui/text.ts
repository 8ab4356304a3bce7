/** Text in columns of a terminal, where some characters take two and some none. */
import { eastAsianWidth } from 'get-east-asian-width';

/**
 * In columns, as the package string-width counts them (a test compares). That one makes an Intl.Segmenter when it is
 * imported, a tenth of a start; almost all texts are plain ones and need none.
 */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return segments(text.replaceAll(styles, '')).reduce((width, one) => width + columnsOf(one), 0);
}

function columnsOf(character: string): number {
  if (/^[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Mn}\p{Me}\p{Cs}]/u.test(character)) return 0;
  if (/^(?![\d#*])\p{Emoji}|\u20e3$/u.test(character)) return 2;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

/** Filled with spaces on the right; what is longer stays as it is. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** How many rows a line takes where it is broken after `columns`: a character of two columns never stands half in each. */
export function rowsOf(line: string, columns: number): number {
  if (widthOf(line) <= columns) return 1;
  let [rows, at] = [1, 0];
  for (const segment of segments(line.replaceAll(styles, ''))) {
    const width = widthOf(segment);
    if (at + width > columns) [rows, at] = [rows + 1, 0];
    at += width;
  }
  return rows;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const styles = /\u001b\[[\d;]*m/g;

/** What a person takes for characters. */
const segments = (text: string): string[] =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

/** At most `width` columns, without escape sequences in it; what was longer ends in `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let columns = 0;
  for (const segment of segments(text)) {
    columns += widthOf(segment);
    if (columns > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Lines of at most `width` columns, broken at spaces; a longer word is a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Names and messages of others shall move no cursor. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** Control characters of others, and those that turn the direction of writing, shall not reach the terminal; line breaks of our own messages may. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? character : `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}
