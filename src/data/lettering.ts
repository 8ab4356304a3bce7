/** Small capitals for pictures, three pixels wide and five high: no font has to be there, and every machine draws the same. */

/** A character's five rows as octal digits: a bit a pixel, the left one first. */
const glyphs: { readonly [character: string]: string } = {
  ' ': '00000',
  A: '25755',
  B: '65656',
  C: '34443',
  D: '65556',
  E: '74647',
  F: '74644',
  G: '34553',
  H: '55755',
  I: '72227',
  J: '11152',
  K: '55655',
  L: '44447',
  M: '57755',
  N: '65555',
  O: '25552',
  P: '65644',
  Q: '25563',
  R: '65655',
  S: '34216',
  T: '72222',
  U: '55557',
  V: '55552',
  W: '55775',
  X: '55255',
  Y: '55222',
  Z: '71247',
  '0': '75557',
  '1': '26227',
  '2': '61247',
  '3': '71317',
  '4': '55711',
  '5': '74616',
  '6': '34757',
  '7': '71122',
  '8': '75757',
  '9': '75716',
  '.': '00002',
  ',': '00024',
  '-': '00700',
  '+': '02720',
  '/': '11244',
  ':': '02020',
  '(': '12221',
  ')': '42224',
};
const unknown = '77777';
export const glyphHeight = 5;
/** With the space after it. */
const glyphWidth = 4;

const capitals = (text: string): string[] => [...text.toUpperCase()];

export const textWidth = (text: string): number => Math.max(0, capitals(text).length * glyphWidth - 1);

/** As much of the text as is no wider. */
export const textWithin = (text: string, width: number): string =>
  capitals(text)
    .slice(0, Math.max(0, Math.floor((width + 1) / glyphWidth)))
    .join('');

/** Calls `dot` for each pixel of the text, counted from its upper left corner. `widthShift` is written WIDTH SHIFT. */
export function drawText(text: string, dot: (x: number, y: number) => void): void {
  for (const [i, character] of capitals(text).entries()) {
    const rows = glyphs[character] ?? unknown;
    for (let y = 0; y < glyphHeight; y++)
      for (let x = 0; x < 3; x++) if ((Number(rows[y]) >> (2 - x)) & 1) dot(i * glyphWidth + x, y);
  }
}
