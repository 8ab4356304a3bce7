/** `pipe`: makes of the table of commands what the command line needs of it, and calls what is asked for. */
import { Argument, Command, Option } from 'commander';
import { commands } from './commands.ts';
import type { Declared } from './declared.ts';
import { stopForReader } from './interrupt.ts';

export interface CommonFlags {
  readonly json?: boolean;
  readonly cache?: string;
  readonly engine?: string;
  readonly profile?: string;
  readonly set?: string[];
  /** False: stages that start code of the project are refused. */
  readonly commands?: boolean;
  /** Taken for the files of these absolute paths; no flag of the command line. */
  readonly texts?: ReadonlyMap<string, string>;
}

const program = new Command('pipe')
  .description('Runs machine-learning experiments that are written down in pipeline files.')
  .version('0.1.0')
  .exitOverride()
  .configureOutput({ outputError: () => {} })
  .configureHelp({ sortSubcommands: false });

// Making them all takes 4 ms: they are made where something is told of all.
const called = Object.entries(commands).filter(([name]) => name === process.argv[2]);
for (const [name, declared] of called.length > 0 ? called : Object.entries(commands))
  addCommand(program, name, declared);

function addCommand(parent: Command, name: string, declared: Declared): void {
  const { about, usage, operands = [], options = [], examples = [], action } = declared;
  const command = parent.command(name).description(about);
  if (usage !== undefined) command.usage(usage);
  for (const [form, meaning, { choices, preset } = {}] of operands) {
    const argument = new Argument(form, meaning);
    if (choices) argument.choices(choices);
    command.addArgument(preset === undefined ? argument : argument.default(preset));
  }
  for (const [form, meaning, { choices, preset, read } = {}] of options) {
    const option = new Option(form, meaning);
    if (choices) option.choices(choices);
    if (read) option.argParser(read);
    command.addOption(preset === undefined ? option : option.default(preset));
  }
  if (examples.length > 0)
    command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
  command.action(async (...given) => {
    process.exitCode = await action(...given.slice(0, -2), command.optsWithGlobals());
  });
  for (const [own, inner] of Object.entries(declared.commands ?? {})) addCommand(command, own, inner);
}

// Whoever reads may have seen enough, as `head` does, and a terminal may be closed.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    if (!stopForReader()) process.exit();
  });

program.parseAsync().catch(async (error: unknown) => {
  process.exitCode = await (await import('./crash.ts')).report(error);
});
