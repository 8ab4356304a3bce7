/** Results to stdout, talk to stderr; colour only on a terminal, and NO_COLOR holds. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readSource } from '../diagnostics/source.ts';

export interface Talk {
  diagnostics(diagnostics: readonly Diagnostic[]): void;
  line(text: string): void;
}

export function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') || (stream.isTTY === true && TERM !== 'dumb');
}

export async function talk(): Promise<Talk> {
  const { formatDiagnostics } = await import('../ui/diagnostics.ts');
  const color = wantsColor(process.stderr);
  return {
    diagnostics: (diagnostics) =>
      process.stderr.write(`${formatDiagnostics(diagnostics, { color, readSource })}\n`),
    line: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Tells why a command does nothing: people on stderr, with --json programs on stdout. Gives its exit code. */
export async function refuse(
  diagnostics: readonly Diagnostic[],
  { json }: { readonly json?: boolean },
): Promise<2> {
  if (json) printJson({ version: 1, diagnostics });
  else (await talk()).diagnostics(diagnostics);
  return 2;
}

/** One JSON value a line on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Of a thousand lines that are known at once, each would be written on its own. */
export function together(print: () => void): void {
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.cork();
  try {
    print();
  } finally {
    for (const stream of streams) stream.uncork();
  }
}
