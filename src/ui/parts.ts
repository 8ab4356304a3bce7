import { Chalk } from 'chalk';
import { formatTable } from './table.ts';
import { cut, wrapped } from './text.ts';

interface Part {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly tables: readonly {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
}

/** Titled sentences and tables, indented by two. */
export function formatParts(
  parts: readonly Part[],
  { color, width }: { color: boolean; width: number },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return parts
    .map(({ title, sentences, tables }) => {
      const blocks = [
        ...sentences.map((sentence) => wrapped(sentence, Math.max(40, width - 2)).join('\n')),
        ...tables.map(({ head, rows }) =>
          painted(
            formatTable(
              head,
              rows.map((row) => row.map((cell) => cut(cell, longest))),
            ),
            chalk.dim,
          ),
        ),
      ];
      return [chalk.bold(title), ...blocks.map(indented)].join('\n');
    })
    .join('\n\n');
}

/** A cell that is longer makes a table of which nothing is seen. */
const longest = 60;

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

function painted(table: string, paint: (text: string) => string): string {
  const [head = '', ...rows] = table.split('\n');
  return [paint(head), ...rows].join('\n');
}
