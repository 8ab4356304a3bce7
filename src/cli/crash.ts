import { Failure } from '../diagnostics/diagnostic.ts';
import { systemDiagnostic } from '../diagnostics/system.ts';
import { talk } from './output.ts';

/** What escaped every other handler: a person's mistake without its stack, a fault of the program with it. Tells the exit code. */
export async function report(error: unknown): Promise<1 | 2> {
  const system = systemDiagnostic(error);
  const told = error instanceof Failure ? error.diagnostic : system;
  if (told) {
    (await talk()).diagnostics([told]);
    return system ? 1 : 2;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`pipe: a fault of the program, please report it\n${stack}\n`);
  return 2;
}
