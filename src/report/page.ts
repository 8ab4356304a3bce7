/** The page: one self-contained HTML file, made from the content of artifacts alone. */
import { type Fitted, fit, type Piece, type Sized } from './fit.ts';
import { escapeHtml } from './html.ts';
import type { Input } from './inputs.ts';
import { renderMarkdown } from './markdown.ts';
import { drawSvg, figure, type Plot, plotFiles, slug } from './plot.ts';
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
  return assemble(
    title,
    choices.flatMap((choice) => sectionOf(choice, input) ?? []),
    { script, plotsBeside: true },
  );
}

/** In bytes; a page is for mailing. */
const limit = 3e6;

export interface Assembly {
  readonly script: string;
  /** Will `files` lie beside the page? */
  readonly plotsBeside: boolean;
}

/** At most 3 MB; what does not fit is left out, and its section says so. */
export function assemble(
  title: string,
  sections: readonly Section[],
  { script, plotsBeside }: Assembly,
): Page {
  const made = withDistinctIds(sections);
  const drawn = made.map(({ plots = [] }) => plots.map((plot) => ({ plot, svg: drawSvg(plot) })));
  const head = [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${style}</style></head><body>`,
    `<header><h1>${escapeHtml(title)}</h1>${contents(made)}</header><main>`,
  ].join('\n');
  const scripts = `<script>${script.replaceAll('</script', '<\\/script')}</script>`;
  const room = limit - Buffer.byteLength(head) - Buffer.byteLength(scripts) - 1000;
  const fitted = fit(
    made.map((section, i) => sized(section, drawn[i] ?? [])),
    room,
    plotsBeside,
  );
  const data = fitted.flatMap(({ figures }) => figures.map((piece) => piece.data ?? ''));
  const parts = [
    head,
    ...made.flatMap((section, i) => (fitted[i] ? [sectionHtml(section, fitted[i])] : [])),
    '</main>',
    `<script type="application/json" id="plots">[${data.join(',')}]</script>`,
    scripts,
    '</body></html>',
  ];
  const files = drawn.flat().map(({ plot, svg }) => plotFiles(plot, svg));
  return { html: `${parts.join('\n')}\n`, files: Object.assign({}, ...files) };
}

/** Different names may make the same id, and two plots of one id would share their files and their place. */
function withDistinctIds(sections: readonly Section[]): Section[] {
  const taken = new Set<string>();
  const own = (id: string, n = 1): string => {
    const tried = n === 1 ? id : `${id}-${n}`;
    if (taken.has(tried)) return own(id, n + 1);
    taken.add(tried);
    return tried;
  };
  return sections.map(({ plots = [], ...section }) => ({
    ...section,
    plots: plots.map((plot) => ({ ...plot, id: own(plot.id) })),
  }));
}

export function sectionOf(choice: Choice, input: Input): Section | null {
  if (typeof choice === 'string') return sections[choice]?.(input) ?? null;
  return 'markdown' in choice ? { title: '', after: [renderMarkdown(choice.markdown)] } : choice;
}

/** Plots have ids of their own, such as `graph`. */
const partId = (title: string): string => `part-${slug(title.toLowerCase())}`;

function contents(made: readonly Section[]): string {
  const links = made
    .filter((section) => section.title !== '')
    .map(({ title }) => `<li><a href="#${partId(title)}">${escapeHtml(title)}</a></li>`);
  return links.length < 2 ? '' : `<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>`;
}

function sized(
  { title, before = '', after = [] }: Section,
  drawn: readonly { readonly plot: Plot; readonly svg: string }[],
): Sized {
  const heading = title === '' ? '' : `<h2>${escapeHtml(title)}</h2>\n`;
  return {
    head: `${heading}${before}`,
    figures: drawn.map(({ plot, svg }) => ({ html: figure(plot, svg), data: jsonForHtml(plot) })),
    parts: after.map((html) => ({ html })),
  };
}

function sectionHtml({ title, inColumns = false }: Section, { head, figures, parts, note }: Fitted): string {
  const id = title === '' ? '' : ` id="${partId(title)}"`;
  const htmlOf = (pieces: readonly Piece[]): string => pieces.map(({ html }) => html).join('\n');
  const plots = figures.length === 0 ? '' : `<div class="plots">${htmlOf(figures)}</div>`;
  const after = inColumns ? `<div class="settings">${htmlOf(parts)}</div>` : htmlOf(parts);
  return `<section${id}>${head}\n${plots}\n${after}${note}</section>`;
}

function jsonForHtml({ id, option, columns, rows, height, wide = false }: Plot): string {
  return JSON.stringify({ id, option, columns, rows, height, wide }).replaceAll('<', '\\u003c');
}
