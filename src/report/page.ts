/** The page: one self-contained HTML file, made from the content of artifacts alone. */
import { escapeHtml } from './html.ts';
import type { Input } from './inputs.ts';
import { renderMarkdown } from './markdown.ts';
import { figure, type Plot, plotFiles, slug } from './plot.ts';
import type { Section } from './section.ts';
import { calibration } from './sections/calibration.ts';
import { confusion, perClass } from './sections/classes.ts';
import { comparison } from './sections/comparison.ts';
import { curves } from './sections/curves.ts';
import { data } from './sections/data.ts';
import { graph } from './sections/graph.ts';
import { augmentation, mistakes } from './sections/pictures.ts';
import { model, reproduce, settings, versions } from './sections/settings.ts';
import { summary } from './sections/summary.ts';
import { tuning } from './sections/tuning.ts';
import { style } from './style.ts';

/** In the order in which a report shows them when it does not choose. */
const sections: { readonly [name: string]: (input: Input) => Section | null } = {
  summary,
  comparison,
  graph,
  data,
  augmentation,
  model,
  tuning,
  curves,
  classes: perClass,
  confusion,
  calibration,
  mistakes,
  settings,
  versions,
  reproduce,
};
export const allSections: readonly string[] = Object.keys(sections);

/** A section of ours by its name, or the user's own text. */
export type Choice = string | { readonly markdown: string } | Section;

export interface Page {
  readonly html: string;
  /** Files beside it: every plot as SVG, its numbers as CSV. */
  readonly files: { readonly [path: string]: string };
}

/** `script` makes the plots interactive: src/report/browser bundled. Sections without content are left out. */
export function makePage(title: string, input: Input, choices: readonly Choice[], script: string): Page {
  const made = choices.flatMap((choice) => sectionOf(choice, input) ?? []);
  const plots = made.flatMap((section) => section.plots ?? []);
  const parts = [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${style}</style></head><body>`,
    `<header><h1>${escapeHtml(title)}</h1>${contents(made)}</header><main>`,
    ...made.map(sectionHtml),
    '</main>',
    `<script type="application/json" id="plots">${jsonForHtml(plots)}</script>`,
    `<script>${script.replaceAll('</script', '<\\/script')}</script>`,
    '</body></html>',
  ];
  return { html: `${parts.join('\n')}\n`, files: Object.assign({}, ...plots.map(plotFiles)) };
}

function sectionOf(choice: Choice, input: Input): Section | null {
  if (typeof choice === 'string') return sections[choice]?.(input) ?? null;
  return 'markdown' in choice ? { title: '', before: renderMarkdown(choice.markdown) } : choice;
}

/** Plots have ids of their own, such as `graph`. */
const partId = (title: string): string => `part-${slug(title.toLowerCase())}`;

function contents(made: readonly Section[]): string {
  const links = made
    .filter((section) => section.title !== '')
    .map(({ title }) => `<li><a href="#${partId(title)}">${escapeHtml(title)}</a></li>`);
  return links.length < 2 ? '' : `<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>`;
}

function sectionHtml({ title, before = '', plots = [], after = '' }: Section): string {
  const figures = plots.length === 0 ? '' : `<div class="plots">${plots.map(figure).join('\n')}</div>`;
  const heading = title === '' ? '' : `<h2>${escapeHtml(title)}</h2>\n`;
  const id = title === '' ? '' : ` id="${partId(title)}"`;
  return `<section${id}>${heading}${before}\n${figures}\n${after}</section>`;
}

function jsonForHtml(plots: readonly Plot[]): string {
  const own = plots.map(({ id, option, columns, rows, height, wide = false }) => ({
    id,
    option,
    columns,
    rows,
    height,
    wide,
  }));
  return JSON.stringify(own).replaceAll('<', '\\u003c');
}
