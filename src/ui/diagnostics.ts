/** Diagnostics as people read them: where, what, the line itself, and what to do. */
import { relative } from 'node:path';
import { Chalk, type ChalkInstance } from 'chalk';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { visible, widthOf } from './text.ts';

export interface FormatOptions {
  readonly color: boolean;
  /** A file's text, or null where it can't be read. */
  readonly readSource: (file: string) => string | null;
}

export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const sources = new Map<string, readonly string[] | null>();
  const lineAt = ({ file, line }: Place): string | undefined => {
    // A value of the command line is its own text.
    if (file.startsWith('--')) return file;
    if (!sources.has(file)) sources.set(file, options.readSource(file)?.split(/\r?\n/) ?? null);
    return sources.get(file)?.[line - 1];
  };
  return diagnostics.map((diagnostic) => formatOne(diagnostic, chalk, lineAt)).join('\n');
}

type LineAt = (place: Place) => string | undefined;

function formatOne(diagnostic: Diagnostic, chalk: ChalkInstance, lineAt: LineAt): string {
  const paint = diagnostic.severity === 'error' ? chalk.red : chalk.yellow;
  const { place, code, severity } = diagnostic;
  const where = place ? `${chalk.bold(at(place))} ` : '';
  const head = `${where}${paint(severity)} ${code}: ${visible(diagnostic.message)}`;
  const fix = diagnostic.fix === undefined ? '' : visible(diagnostic.fix);
  const source = place ? excerpt(place, lineAt(place), paint, fix) : null;
  const related = (diagnostic.related ?? []).flatMap(({ message, place: other }) => [
    `  ${at(other)} ${visible(message)}`,
    ...(excerpt(other, lineAt(other), chalk.dim, '') ?? []),
  ]);
  return [head, ...(source ?? (fix ? [`   fix: ${fix}`] : [])), ...related].join('\n');
}

/** The line with the place underlined; long lines are cut around it. Null when there is no such line. */
function excerpt(
  place: Place,
  line: string | undefined,
  paint: (text: string) => string,
  fix: string,
): string[] | null {
  if (line === undefined) return null;
  const from = line.length > longestLine ? Math.max(0, place.column - 1 - longestLine / 2) : 0;
  const to = Math.min(line.length, from + longestLine);
  const end = place.endLine === place.line ? place.endColumn - 1 : line.trimEnd().length;
  const [before, marked] = [
    line.slice(from, place.column - 1),
    line.slice(place.column - 1, Math.min(end, to)),
  ];
  const shown = `${from > 0 ? '…' : ''}${shownText(line.slice(from, to))}${to < line.length ? '…' : ''}`;
  const indent = ' '.repeat(columnsOf(before) + (from > 0 ? 1 : 0));
  const tildes = paint('~'.repeat(Math.max(1, columnsOf(marked))));
  return [
    `${String(place.line).padStart(5)} | ${shown}`,
    `${' '.repeat(5)} | ${indent}${tildes}${fix ? ` ${fix}` : ''}`,
  ];
}

const longestLine = 160;
const shownText = (text: string): string => visible(text.replaceAll('\t', ' '));
const columnsOf = (text: string): number => widthOf(shownText(text));

function at(place: Place): string {
  if (place.file.startsWith('--')) return place.file.split(' ')[0] ?? '';
  const path = relative(process.cwd(), place.file) || place.file;
  return visible(`${path}:${place.line}:${place.column}`);
}
