import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CommonFlags } from './main.ts';
import { readGraph } from './open.ts';
import { print, printJson, talk } from './output.ts';

/** Exit code 0 when every file is right, 2 when one is not. */
export async function validate(files: readonly string[], flags: CommonFlags): Promise<number> {
  const checked = files.map((file) => ({ file, diagnostics: diagnosticsOf(file, flags) }));
  const diagnostics = checked.flatMap((file) => file.diagnostics);
  if (flags.json) printJson({ version: 1, files: checked });
  else {
    if (diagnostics.length > 0) (await talk()).diagnostics(diagnostics);
    for (const { file, diagnostics: own } of checked) if (own.length === 0) print(`${file}: valid`);
  }
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 2 : 0;
}

function diagnosticsOf(file: string, flags: CommonFlags): readonly Diagnostic[] {
  const read = readGraph(file, flags);
  return read.ok ? (read.warnings ?? []) : read.diagnostics;
}
