import { existsSync } from 'node:fs';
import { CommanderError } from 'commander';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import { systemDiagnostic } from '../diagnostics/system.ts';
import { commands } from './commands.ts';
import type { Declared } from './declared.ts';
import { refuse } from './output.ts';

/** What escaped every other handler: a person's mistake without its stack, a fault of the program with it. Tells the exit code. */
export async function report(error: unknown): Promise<0 | 1 | 2> {
  // Help and version come this way, too: they have been printed.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === 'commander.help') return 2;
  const system = systemDiagnostic(error);
  const told =
    error instanceof CommanderError ? wrongCall(error) : error instanceof Failure ? error.diagnostic : system;
  if (told) {
    const refused = await refuse([told], { json: process.argv.includes('--json') });
    return system ? 1 : refused;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`pipe: a fault of the program, please report it\n${stack}\n`);
  return 2;
}

/** Commander says `error: unknown option '--frofile'`, and what it may have been in a second line in brackets. */
function wrongCall({ message, code }: CommanderError): Diagnostic {
  const [what = '', suggestion] = message.replaceAll(/'([^']*)'/g, '`$1`').split('\n');
  const like = suggestion?.match(/^\(Did you mean (?:one of )?(.*)\?\)$/)?.[1];
  const [name = '', second = ''] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const inner = Object.keys(command?.commands ?? {});
  // Commander takes `cache clear` for an operand that `cache` does not have.
  if (
    code === 'commander.excessArguments' &&
    inner.length > 0 &&
    !inner.includes(second) &&
    !second.startsWith('-')
  )
    return {
      severity: 'error',
      code: 'invalid-call',
      message: `unknown command \`${name} ${second}\``,
      fix: `\`pipe ${name}\` has ${inner.join(', ')}`,
    };
  const called = [...(command ? [name] : []), ...(inner.includes(second) ? [second] : [])];
  const taken =
    command && code === 'commander.missingArgument' ? swallowed(process.argv.slice(2), command) : undefined;
  if (taken)
    return {
      severity: 'error',
      code: 'invalid-call',
      message: `\`${taken.option}\` takes all that follows it, \`${taken.file}\` as well`,
      fix: `write the file first: \`pipe ${name} ${taken.file} ${taken.option} …\``,
    };
  return {
    severity: 'error',
    code: 'invalid-call',
    message: what.replace(/^error: /, '').replace(/\.$/, ''),
    fix: like
      ? `did you mean \`${like}\`?`
      : `\`${['pipe', ...called, '--help'].join(' ')}\` tells what it takes`,
  };
}

/** A pipeline file that an option which takes all that follows it took as well. */
function swallowed(
  args: readonly string[],
  { operands = [], options = [] }: Declared,
): { option: string; file: string } | undefined {
  if (operands[0]?.[0] !== '<file>') return undefined;
  const lists = options.map(([form]) => form).filter((form) => form.endsWith('...>'));
  const at = args.findIndex((arg) => /\.ya?ml$/.test(arg) && existsSync(arg));
  const option = args.slice(0, Math.max(at, 0)).findLast((arg) => arg.startsWith('-'));
  const file = args[at];
  const isList = lists.some((form) => form.startsWith(`${option} `));
  return file !== undefined && option !== undefined && isList ? { option, file } : undefined;
}
