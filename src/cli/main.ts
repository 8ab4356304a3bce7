/** `pipe`: declares the commands; each is a file of its own, imported when it is called. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readDuration } from '../pipeline/policy.ts';

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
  .showHelpAfterError('(pipe --help tells more)')
  .exitOverride()
  .configureHelp({ sortSubcommands: false });

function withFile(name: string, description: string, examples: readonly string[]): Command {
  return plain(name, description, examples)
    .argument('<file>', 'a pipeline file, such as pipelines/cifar-augmented.yaml')
    .option('--profile <name>', "use one of the file's profiles")
    .option('--set <path=value...>', 'change a value, such as train.epochs=30 or vars.width=0.5')
    .option('--no-commands', 'refuse stages that start code: commands and modules of the project')
    .option('--engine <name>', 'auto, native, webgpu, wasm; overrides PIPE_ENGINE and the file');
}

function choosing(name: string, description: string, examples: readonly string[]): Command {
  return withFile(name, description, examples)
    .option('--until <stage...>', 'only these stages and what they need')
    .option('--from <stage...>', 'only these stages and what needs them; the rest has to be in the cache')
    .option('--rerun <stage...>', 'run these even if they are cached');
}

function plain(name: string, description: string, examples: readonly string[]): Command {
  return program
    .command(name)
    .description(description)
    .option('--json', 'print results as JSON')
    .option('--cache <folder>', 'the cache (default: PIPE_CACHE, else cache/ in the project)')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

choosing('run', 'run what changed, take the rest from the cache', [
  'pipe run pipelines/cifar-augmented.yaml --profile quick',
  'pipe run pipelines/cifar-augmented.yaml --set augment.rotation=30 train.epochs=25',
])
  .option('--dry-run', 'only tell what would run: the same as `pipe plan`')
  .option('--jobs <number>', 'stages at the same time (default: the number of processors)', countOf)
  .option('--keep-going', 'after a failure go on with what does not depend on it')
  .option(
    '--max-time <duration>',
    'stop after 2h, 30m or 90s as Ctrl-C does; the next run goes on',
    durationOf,
  )
  .option('--name <name>', 'a name for the run, to find and compare it by', nameOf)
  .action(async (file, flags) => end((await import('./run.ts')).run(file, flags)));

plain('validate', 'check pipeline files without running anything', [
  'pipe validate',
  "pipe validate 'pipelines/**/*.yaml' --strict --format github",
])
  .argument('[files...]', 'pipeline files, or patterns for them (default: those in pipelines/)')
  .addOption(new Option('--format <format>', 'how to tell').choices(['text', 'json', 'github', 'sarif']))
  .option('--strict', 'warnings are errors')
  .option('--profile <name>', "use one of the files' profiles")
  .option('--set <path=value...>', 'change a value first')
  .option('--no-commands', 'refuse stages that start code: commands and modules of the project')
  .action(async (files, flags) => end((await import('./validate.ts')).validate(files, flags)));

plain('schema', 'print the schema of pipeline files, or a page about a kind of stage', [
  'pipe schema train',
  'pipe schema > pipeline.schema.json',
])
  .argument('[kind]', 'a kind of stage, or a module of the project')
  .action(async (kind, flags) => end((await import('./schema.ts')).schema(kind, flags)));

program
  .command('init')
  .description('write a first pipeline that runs as it is')
  .argument('[file]', 'where to', 'pipelines/first.yaml')
  .action(async (file) => end((await import('./init.ts')).init(file)));

choosing('plan', 'tell what would run, why, and about how long', [
  'pipe plan pipelines/cifar-augmented.yaml --profile quick',
  'pipe plan pipelines/cifar-augmented.yaml train --set augment.rotation=30',
])
  .argument('[stages...]', 'only these and what they need')
  .action(async (file, stages, flags) => end((await import('./plan.ts')).plan(file, stages, flags)));

plain('why', 'tell why a stage will run or not, back to the root cause', [
  'pipe why train',
  'pipe why pipelines/cifar-augmented.yaml train --profile quick',
  'pipe why train --against last~2',
])
  .usage('[options] [file] <stage>')
  .argument('<names...>', 'a stage, after the file where it is not that of the last run')
  .option('--profile <name>', "use one of the file's profiles")
  .option('--set <path=value...>', 'change a value first')
  .option('--engine <name>', 'auto, native, wasm')
  .option('--against <run>', 'compare with this run, not with the last of the same file and profile')
  .action(async (names, flags) => end((await import('./why.ts')).why(names, flags)));

withFile('graph', 'draw the stages, what is cached and what will run', [
  'pipe graph pipelines/cifar-augmented.yaml --format mermaid',
])
  .addOption(new Option('--format <format>', 'how to draw').choices(['text', 'mermaid']).default('text'))
  .action(async (file, flags) => end((await import('./graph.ts')).graph(file, flags)));

const runs = plain('runs', 'list the runs so far', [
  'pipe runs --last 5',
  "pipe runs --filter pipeline=cifar-augmented 'evaluate.accuracy>0.8' --sort -evaluate.accuracy",
  'pipe runs --csv > runs.csv',
])
  .option('--last <number>', 'only the newest', countOf)
  .option('--filter <condition...>', 'such as outcome=failed, name=mine, seconds>60 or evaluate.accuracy>0.8')
  .option('--sort <key>', 'by a column or a value such as evaluate.accuracy; -key: largest first')
  .option('--csv', 'as CSV, with every value')
  .action(async (flags) => end((await import('./runs.ts')).runs(flags)));

runs
  .command('rm')
  .description('remove records; the cache keeps the results until `pipe cache gc`')
  .argument('<runs...>', 'ids, names, `last`')
  .action(async (wanted, _, command) =>
    end((await import('./runs.ts')).remove(wanted, command.optsWithGlobals())),
  );

plain('show', "everything that is known of a run, or of a stage's last run", [
  'pipe show last',
  'pipe show train',
])
  .argument('<run|stage>', "a run's id or name, `last`, `last~1`, or a stage's name")
  .action(async (wanted, flags) => end((await import('./show.ts')).show(wanted, flags)));

plain('diff', 'what differs between runs, cells of a run, or pipeline files, and whether it is real', [
  'pipe diff last~1 last',
  'pipe diff mine last --format markdown',
  'pipe diff last --by augment',
  "pipe diff 'last[augment=none]' 'last[augment=first]'",
  'pipe diff main last --max-drop evaluate.accuracy=0.005',
  'pipe diff pipelines/cifar-baseline.yaml pipelines/cifar-augmented.yaml',
])
  .argument(
    '<runs...>',
    'ids, names, `last`, `last~1`, RUN[axis=label], or pipeline files; the first is compared with',
  )
  .option('--by <axis>', "compare a run's cells along an axis of its matrix")
  .addOption(
    new Option('--format <format>', 'how to print').choices(['text', 'markdown', 'html']).default('text'),
  )
  .option('--max-drop <metric=number...>', 'exit with 1 when the last is worse than the first by more')
  .option('--profile <name>', "one of the files' profiles")
  .option('--set <path=value...>', 'change a value of the files first')
  .option('--engine <name>', 'whose results to take for files')
  .action(async (wanted, flags) => end((await import('./diff.ts')).diff(wanted, flags)));

plain('trials', 'the trials of a search, the best first', [
  'pipe trials tune',
  'pipe trials tune --sort learningRate --csv > trials.csv',
])
  .argument('<stage>', 'a stage of kind tune, of the newest run that finished it')
  .option('--sort <column>', 'by this column instead, such as learningRate or trial')
  .option('--csv', 'as comma-separated values')
  .option('--run <run>', 'of this run')
  .action(async (stage, flags) => end((await import('./trials.ts')).trials(stage, flags)));

plain('predict', 'what a trained model says that images show', [
  'pipe predict train cat.png',
  'pipe predict train photos/*.jpg --top 1 --json',
  "pipe predict 'train[augment=none]' cat.png --run mine",
])
  .argument(
    '<stage>',
    'a stage that trained a model (or a search, for its best), of the newest run that has it',
  )
  .argument('<images...>', 'files: JPEG, PNG, WebP, TIFF, GIF, AVIF')
  .option(
    '--top <number>',
    'so many classes an image, the most probable first (default: 3; with --json all)',
    countOf,
  )
  .option('--run <run>', 'of this run')
  .option('--engine <name>', 'auto, native, webgpu, wasm; overrides PIPE_ENGINE')
  .action(async (stage, images, flags) => end((await import('./predict.ts')).predict(stage, images, flags)));

plain(
  'report',
  'one page about runs, from their records: with times, and what changed since the run before',
  ['pipe report last --open', 'pipe report base last --out comparison.html'],
)
  .argument('<runs...>', 'ids, names, `last`')
  .option('--out <file>', 'where to write it (default: report-RUN.html here)')
  .option('--open', 'open it in the browser')
  .action(async (wanted, flags) => end((await import('./report.ts')).report(wanted, flags)));

plain('reproduce', 'run again without the cache, and compare every output byte by byte', [
  'pipe reproduce last',
])
  .argument('<run>', "a run's id or name, `last`")
  .action(async (wanted, flags) => end((await import('./reproduce.ts')).reproduce(wanted, flags)));

const cache = plain('cache', 'what the cache holds: size by pipeline and stage', [
  'pipe cache',
  'pipe cache gc --max-age 30d --max-size 20GB',
  'pipe cache gc --delete',
  'pipe cache verify',
]).action(async (flags) => end((await import('./cache.ts')).show(flags)));

cache
  .command('gc')
  .description('what can go; nothing is touched without --delete')
  .option('--delete', 'remove it')
  .option('--max-age <duration>', 'what is not needed and was not used for so long goes (default: 14d)')
  .option('--max-size <size>', 'the oldest of what is not needed goes until no more is left, such as 20GB')
  .option('--keep-runs <number>', 'of each pipeline and profile, the newest runs that stay (default: 10)')
  .action(async (_, command) => end((await import('./cache.ts')).collect(command.optsWithGlobals())));

cache
  .command('verify')
  .description('check every byte, and mend what can be mended')
  .action(async (_, command) => end((await import('./cache.ts')).verify(command.optsWithGlobals())));

plain('checkout', "put a run's outputs back under cache/out", ['pipe checkout last~1'])
  .argument('<run>', "a run's id, or the start of one; `last` is the newest, `last~1` the one before")
  .action(async (name, flags) => end((await import('./checkout.ts')).checkout(name, flags)));

const engine = plain('engine', 'what computes: list, install and test engines', [
  'pipe engine',
  'pipe engine install native',
  'pipe engine install native --gpu',
  'pipe engine test native',
]).action(async (flags) => end((await import('./engine.ts')).list(flags)));

const installable = (): Argument => new Argument('<engine>', 'which').choices(['native', 'webgpu']);

engine
  .command('install')
  .description('install an engine into your data folder; it serves all projects')
  .addArgument(installable())
  .option('--gpu', "native: with NVIDIA's libraries, for a GPU with CUDA")
  .option(
    '--from <file...>',
    'wheels of TensorFlow, or the npm package webgpu, that you have, instead of fetching them',
  )
  .action(async (name, _, command) =>
    end((await import('./engine.ts')).install(name, command.optsWithGlobals())),
  );

engine
  .command('test')
  .description('every layer and gradient against stored values, a short training, and the speed')
  .argument('[engine]', 'which (default: the one that `auto` takes)', 'auto')
  .action(async (name, _, command) =>
    end((await import('./engine-test.ts')).test(name, command.optsWithGlobals())),
  );

engine
  .command('uninstall')
  .description('remove an engine')
  .addArgument(installable())
  .action(async (name, _, command) =>
    end((await import('./engine.ts')).uninstall(name, command.optsWithGlobals())),
  );

function durationOf(text: string): number {
  const milliseconds = readDuration(text);
  if (!(milliseconds > 0)) throw new InvalidArgumentError('It must be a time such as 2h, 30m or 90s.');
  return milliseconds;
}

/** A whole number from 1. Numbers stay texts here: the settings make them numbers. */
function countOf(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return text;
}

/** Letters, digits, `.`, `_` and `-`; what starts like an id or is `last` would mean another run. */
function nameOf(text: string): string {
  if (!/^[\w.-]+$/.test(text) || /^(last|\d{8}-)/.test(text))
    throw new InvalidArgumentError(
      'It must be letters, digits, `.`, `_` or `-`, and not look like an id or `last`.',
    );
  return text;
}

async function end(exitCode: Promise<number>): Promise<void> {
  process.exitCode = await exitCode;
}

// Whoever reads may have seen enough, as `head` does.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });

program.parseAsync().catch(async (error: unknown) => {
  // Commander has printed its own errors; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = await (await import('./crash.ts')).report(error);
});
