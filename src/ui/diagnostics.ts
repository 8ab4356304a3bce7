/** Diagnostics as people read them: where, what, the line itself, and what to do. */
import { relative } from 'node:path';
import { Chalk } from 'chalk';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';

export interface FormatOptions {
  readonly color: boolean;
  /** A file's text, or null where it can't be read. */
  readonly readSource: (file: string) => string | null;
}

export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions): string {
  return diagnostics.map((diagnostic) => formatOne(diagnostic, options)).join('\n');
}

function formatOne(diagnostic: Diagnostic, { color, readSource }: FormatOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint = diagnostic.severity === 'error' ? chalk.red : chalk.yellow;
  const { place } = diagnostic;
  const where = place ? `${chalk.bold(at(place))} ` : '';
  const head = `${where}${paint(diagnostic.severity)} ${diagnostic.code}: ${visible(diagnostic.message)}`;
  const source = place ? sourceLine(place, readSource) : null;
  const fix = diagnostic.fix === undefined ? '' : visible(diagnostic.fix);
  const related = (diagnostic.related ?? []).map(
    ({ message, place: other }) => `   ${at(other)} ${visible(message)}`,
  );
  if (!place || source === null) return [head, ...(fix ? [`   fix: ${fix}`] : []), ...related].join('\n');
  const number = String(place.line).padStart(5);
  const length =
    place.endLine === place.line
      ? Math.max(1, place.endColumn - place.column)
      : Math.max(1, source.length - place.column + 1);
  const tildes = paint('~'.repeat(Math.min(length, Math.max(1, source.length - place.column + 1))));
  return [
    head,
    `${number} | ${source}`,
    `${' '.repeat(5)} | ${' '.repeat(place.column - 1)}${tildes}${fix ? ` ${fix}` : ''}`,
    ...related,
  ].join('\n');
}

function at(place: Place): string {
  const path = place.file.startsWith('--') ? place.file : relative(process.cwd(), place.file) || place.file;
  return `${path}:${place.line}:${place.column}`;
}

function sourceLine(place: Place, readSource: FormatOptions['readSource']): string | null {
  const line = readSource(place.file)?.split(/\r?\n/)[place.line - 1];
  return line === undefined ? null : visible(line.replaceAll('\t', ' '));
}

/** A file's control characters shall not reach the terminal; line breaks of our own messages may. */
function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) =>
    character === '\n' ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
