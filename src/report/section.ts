import type { Plot } from './plot.ts';

/** A part of the page; HTML is of our own making, with everything from outside escaped. */
export interface Section {
  readonly title: string;
  readonly before?: string;
  readonly plots?: readonly Plot[];
  readonly after?: string;
}
