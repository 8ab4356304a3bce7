/** A diff as a page of the same kind as a report. */
import type { Part } from '../experiments/diff/parts.ts';
import { escapeHtml, htmlTable } from './html.ts';
import { style } from './style.ts';

export function diffPage(title: string, parts: readonly Part[]): string {
  const sections = parts.map((part) => {
    const sentences = part.sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`);
    const tables = part.tables.map(({ head, rows }) => htmlTable(head, rows, { label: part.title }));
    return `<section><h2>${escapeHtml(part.title)}</h2>\n${[...sentences, ...tables].join('\n')}</section>`;
  });
  const nothing = '<section><p>Nothing differs.</p></section>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><header><h1>${escapeHtml(title)}</h1></header><main>
${sections.length > 0 ? sections.join('\n') : nothing}
</main></body></html>
`;
}
