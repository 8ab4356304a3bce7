import { Failure } from '../diagnostics/diagnostic.ts';
import { talk } from './output.ts';

/** What escaped every other handler: a person's mistake without its stack, a fault of the program with it. */
export async function report(error: unknown): Promise<void> {
  if (error instanceof Failure) return (await talk()).diagnostics([error.diagnostic]);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`pipe: a fault of the program, please report it\n${stack}\n`);
}
