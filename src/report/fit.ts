/** Keeps a page below its limit, whatever it is about: of what is largest the last goes first, and the page says so. */
import { count, escapeHtml } from './html.ts';

/** A section in bytes that are known: what can be left out one by one. */
export interface Sized {
  readonly head: string;
  readonly figures: readonly Piece[];
  readonly parts: readonly Piece[];
}

export interface Piece {
  readonly html: string;
  /** What it adds to the page beside its HTML: a plot's option and numbers. */
  readonly data?: string;
}

export interface Fitted {
  readonly head: string;
  readonly figures: readonly Piece[];
  readonly parts: readonly Piece[];
  /** What the reader misses, as HTML; empty where nothing is. */
  readonly note: string;
}

/** `room`: for the bytes of all sections. Heads stay, so that the page says of everything that it was there. */
export function fit(sections: readonly Sized[], room: number, plotsBeside: boolean): Fitted[] {
  const lists = sections.flatMap(({ figures, parts }) => [listOf(figures), listOf(parts)]);
  const heads = sections.reduce((sum, { head }) => sum + Buffer.byteLength(head) + noteBytes, 0);
  let total = heads + lists.reduce((sum, { bytes }) => sum + bytes, 0);
  while (total > room) {
    const largest = lists.reduce((most, list) => (list.bytes > most.bytes ? list : most));
    const last = largest.sizes[largest.kept - 1];
    if (last === undefined) break;
    largest.kept--;
    largest.bytes -= last;
    total -= last;
  }
  return sections.map(({ head, figures, parts }, i) => {
    const [plots = 0, others = 0] = [lists[2 * i]?.kept, lists[2 * i + 1]?.kept];
    const note = noteOf([
      [figures.length - plots, figures.length, plotsBeside ? 'plots (they lie beside the page)' : 'plots'],
      [parts.length - others, parts.length, 'tables, pictures and paragraphs'],
    ]);
    return { head, figures: figures.slice(0, plots), parts: parts.slice(0, others), note };
  });
}

interface List {
  readonly sizes: readonly number[];
  kept: number;
  bytes: number;
}

function listOf(pieces: readonly Piece[]): List {
  const sizes = pieces.map(({ html, data = '' }) => Buffer.byteLength(html) + Buffer.byteLength(data) + 2);
  return { sizes, kept: pieces.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The most that a note takes. */
const noteBytes = 300;

function noteOf(counts: readonly (readonly [missing: number, all: number, what: string])[]): string {
  const told = counts
    .filter(([missing]) => missing > 0)
    .map(([missing, all, what]) => `the last ${count(missing)} of ${count(all)} ${what}`);
  if (told.length === 0) return '';
  return `<p class="left-out">Left out, so that the page stays below 3 MB: ${escapeHtml(told.join('; '))}.</p>`;
}
