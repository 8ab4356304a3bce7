import type { Part } from './parts.ts';

/** For a pull request's comment. */
export function diffMarkdown(title: string, parts: readonly Part[]): string {
  const blocks = parts.flatMap((part) => [
    `### ${escaped(part.title)}`,
    ...part.sentences.map(escaped),
    ...part.tables.map(table),
  ]);
  return `${[`## ${escaped(title)}`, ...(blocks.length > 0 ? blocks : ['Nothing differs.'])].join('\n\n')}\n`;
}

function table({ head, rows }: Part['tables'][number]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

/** What Markdown would take for its own stays text; a line break would end a table's row. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`).replaceAll(/\s*\n\s*/g, ' ');
}
