import type { Plot } from './plot.ts';

/** A part of the page; HTML is of our own making, with everything from outside escaped. */
export interface Section {
  readonly title: string;
  /** Short; always shown. */
  readonly before?: string;
  readonly plots?: readonly Plot[];
  /** Tables, pictures, paragraphs: of a page that would become too large the last ones are left out. */
  readonly after?: readonly string[];
  /** `after` flows in columns. */
  readonly inColumns?: boolean;
}
