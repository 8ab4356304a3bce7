/** All commands of `pipe`, as data: what each takes, what it is good for, and the file that does it, imported when it is called. */
import { type Commands, countOf, durationOf, nameOf, type Operand, type Option } from './declared.ts';

const json: Option = ['--json', 'print results as JSON'];
const common: readonly Option[] = [
  json,
  ['--cache <folder>', 'the cache (default: PIPE_CACHE, else cache/ in the project)'],
];
const noCommands: Option = [
  '--no-commands',
  'refuse stages that start code: commands and modules of the project',
];
const ofFile: readonly Option[] = [
  ...common,
  ['--profile <name>', "use one of the file's profiles"],
  ['--set <path=value...>', 'change a value, such as train.epochs=30 or vars.width=0.5'],
  noCommands,
  ['--engine <name>', 'auto, native, webgpu, wasm; overrides PIPE_ENGINE and the file'],
];
const choosing: readonly Option[] = [
  ...ofFile,
  ['--until <stage...>', 'only these stages and what they need'],
  ['--from <stage...>', 'only these stages and what needs them; the rest has to be in the cache'],
  ['--rerun <stage...>', 'run these even if they are cached'],
];
const file: Operand = ['<file>', 'a pipeline file, such as pipelines/cifar-augmented.yaml'];
const installable: Operand = ['<engine>', 'which', { choices: ['native', 'webgpu'] }];

/** In the order in which help tells them. */
export const commands: Commands = {
  run: {
    about: 'run what changed, take the rest from the cache',
    examples: [
      'pipe run pipelines/cifar-augmented.yaml --profile quick',
      'pipe run pipelines/cifar-augmented.yaml --set augment.rotation=30 train.epochs=25',
    ],
    operands: [file],
    options: [
      ...choosing,
      ['--dry-run', 'only tell what would run: the same as `pipe plan`'],
      ['--jobs <number>', 'stages at the same time (default: the number of processors)', { read: countOf }],
      ['--verbose', 'show what stages print, too'],
      ['--keep-going', 'after a failure go on with what does not depend on it'],
      [
        '--max-time <duration>',
        'stop after 2h, 30m or 90s as Ctrl-C does; the next run goes on',
        { read: durationOf },
      ],
      ['--name <name>', 'a name for the run, to find and compare it by', { read: nameOf }],
    ],
    action: async (file, flags) => (await import('./run.ts')).run(file, flags),
  },
  validate: {
    about: 'check pipeline files without running anything',
    examples: ['pipe validate', "pipe validate 'pipelines/**/*.yaml' --strict --format github"],
    operands: [['[files...]', 'pipeline files, or patterns for them (default: those in pipelines/)']],
    options: [
      ...common,
      ['--format <format>', 'how to tell', { choices: ['text', 'json', 'github', 'sarif'] }],
      ['--strict', 'warnings are errors'],
      ['--profile <name>', "use one of the files' profiles"],
      ['--set <path=value...>', 'change a value first'],
      noCommands,
    ],
    action: async (files, flags) => (await import('./validate.ts')).validate(files, flags),
  },
  schema: {
    about: 'print the schema of pipeline files, or a page about a kind of stage',
    examples: ['pipe schema train', 'pipe schema > pipeline.schema.json'],
    operands: [['[kind]', 'a kind of stage, or a module of the project']],
    options: common,
    action: async (kind, flags) => (await import('./schema.ts')).schema(kind, flags),
  },
  init: {
    about: 'write a first pipeline that runs as it is',
    examples: ['pipe init', 'pipe init pipelines/second.yaml'],
    operands: [['[file]', 'where to', { preset: 'pipelines/first.yaml' }]],
    options: [json],
    action: async (file, flags) => (await import('./init.ts')).init(file, flags),
  },
  plan: {
    about: 'tell what would run, why, and about how long',
    examples: [
      'pipe plan pipelines/cifar-augmented.yaml --profile quick',
      'pipe plan pipelines/cifar-augmented.yaml train --set augment.rotation=30',
    ],
    operands: [file, ['[stages...]', 'only these and what they need']],
    options: choosing,
    action: async (file, stages, flags) => (await import('./plan.ts')).plan(file, stages, flags),
  },
  why: {
    about: 'tell why a stage will run or not, back to the root cause',
    examples: [
      'pipe why train',
      'pipe why pipelines/cifar-augmented.yaml train --profile quick',
      'pipe why train --against last~2',
    ],
    usage: '[options] [file] <stage>',
    operands: [['<names...>', 'a stage, after the file where it is not that of the last run']],
    options: [
      ...common,
      ['--profile <name>', "use one of the file's profiles"],
      ['--set <path=value...>', 'change a value first'],
      ['--engine <name>', 'auto, native, webgpu, wasm; overrides PIPE_ENGINE and the file'],
      ['--against <run>', 'compare with this run, not with the last of the same file and profile'],
    ],
    action: async (names, flags) => (await import('./why.ts')).why(names, flags),
  },
  graph: {
    about: 'draw the stages, what is cached and what will run',
    examples: ['pipe graph pipelines/cifar-augmented.yaml --format mermaid'],
    operands: [file],
    options: [
      ...ofFile,
      ['--format <format>', 'how to draw', { choices: ['text', 'mermaid'], preset: 'text' }],
    ],
    action: async (file, flags) => (await import('./graph.ts')).graph(file, flags),
  },
  runs: {
    about: 'list the runs so far',
    examples: [
      'pipe runs --last 5',
      "pipe runs --filter pipeline=cifar-augmented 'evaluate.accuracy>0.8' --sort -evaluate.accuracy",
      'pipe runs --csv > runs.csv',
    ],
    options: [
      ...common,
      ['--last <number>', 'only the newest; with --sort, the first', { read: countOf }],
      ['--filter <condition...>', 'such as outcome=failed, name=mine, seconds>60 or evaluate.accuracy>0.8'],
      ['--sort <key>', 'by a column or a value such as evaluate.accuracy; -key: largest first'],
      ['--csv', 'as CSV, with every value'],
    ],
    action: async (flags) => (await import('./runs.ts')).runs(flags),
    commands: {
      rm: {
        about: 'remove records; the cache keeps the results until `pipe cache gc`',
        examples: ['pipe runs rm last', 'pipe runs rm mine 20261124-231514-ab89'],
        operands: [['<runs...>', 'ids, names, `last`']],
        options: common,
        action: async (wanted, flags) => (await import('./runs.ts')).remove(wanted, flags),
      },
    },
  },
  show: {
    about: "everything that is known of a run, or of a stage's last run",
    examples: ['pipe show last', 'pipe show train'],
    operands: [['<run|stage>', "a run's id or name, `last`, `last~1`, or a stage's name"]],
    options: common,
    action: async (wanted, flags) => (await import('./show.ts')).show(wanted, flags),
  },
  diff: {
    about: 'what differs between runs, cells of a run, or pipeline files, and whether it is real',
    examples: [
      'pipe diff last~1 last',
      'pipe diff mine last --format markdown',
      'pipe diff last --by augmentation',
      "pipe diff 'last[augmentation=none]' 'last[augmentation=first]'",
      'pipe diff base last --max-drop evaluate.accuracy=0.005',
      'pipe diff pipelines/cifar-baseline.yaml pipelines/cifar-augmented.yaml',
    ],
    operands: [
      [
        '<runs...>',
        'ids, names, `last`, `last~1`, RUN[axis=label], or pipeline files; the first is compared with',
      ],
    ],
    options: [
      ...common,
      ['--by <axis>', "compare a run's cells along an axis of its matrix"],
      ['--format <format>', 'how to print', { choices: ['text', 'markdown', 'html'], preset: 'text' }],
      ['--max-drop <metric=number...>', 'exit with 1 when the last is worse than the first by more'],
      ['--profile <name>', "one of the files' profiles"],
      ['--set <path=value...>', 'change a value of the files first'],
      ['--engine <name>', 'whose results to take for files'],
    ],
    action: async (wanted, flags) => (await import('./diff.ts')).diff(wanted, flags),
  },
  trials: {
    about: 'the trials of a search, the best first',
    examples: ['pipe trials tune', 'pipe trials tune --sort learningRate --csv > trials.csv'],
    operands: [['<stage>', 'a stage of kind tune, of the newest run that finished it']],
    options: [
      ...common,
      ['--sort <column>', 'by this column instead, such as learningRate or trial'],
      ['--csv', 'as comma-separated values'],
      ['--run <run>', 'of this run'],
    ],
    action: async (stage, flags) => (await import('./trials.ts')).trials(stage, flags),
  },
  predict: {
    about: 'what a trained model says that images show',
    examples: [
      'pipe predict train cat.png',
      'pipe predict train photos/*.jpg --top 1 --json',
      "pipe predict 'train[augmentation=none]' cat.png --run mine",
    ],
    operands: [
      ['<stage>', 'a stage that trained a model (or a search, for its best), of the newest run that has it'],
      ['<images...>', 'files: JPEG, PNG, WebP, TIFF, GIF, AVIF'],
    ],
    options: [
      ...common,
      [
        '--top <number>',
        'so many classes an image, the most probable first (default: 3; with --json all)',
        { read: countOf },
      ],
      ['--run <run>', 'of this run'],
      ['--engine <name>', 'auto, native, webgpu, wasm; overrides PIPE_ENGINE'],
    ],
    action: async (stage, images, flags) => (await import('./predict.ts')).predict(stage, images, flags),
  },
  report: {
    about: 'one page about runs, from their records: with times, and what changed since the run before',
    examples: ['pipe report last --open', 'pipe report base last --out comparison.html'],
    operands: [['<runs...>', 'ids, names, `last`']],
    options: [
      ...common,
      ['--out <file>', 'where to write it (default: report-RUN.html here)'],
      ['--open', 'open it in the browser'],
    ],
    action: async (wanted, flags) => (await import('./report.ts')).report(wanted, flags),
  },
  reproduce: {
    about: 'run again without the cache, and compare every output byte by byte',
    examples: ['pipe reproduce last'],
    operands: [['<run>', "a run's id or name, `last`"]],
    options: common,
    action: async (wanted, flags) => (await import('./reproduce.ts')).reproduce(wanted, flags),
  },
  cache: {
    about: 'what the cache holds: size by pipeline and stage',
    examples: [
      'pipe cache',
      'pipe cache gc --max-age 30d --max-size 20GB',
      'pipe cache gc --delete',
      'pipe cache verify',
    ],
    options: common,
    action: async (flags) => (await import('./cache.ts')).show(flags),
    commands: {
      gc: {
        about: 'what can go; nothing is touched without --delete',
        examples: ['pipe cache gc --max-age 30d --max-size 20GB', 'pipe cache gc --delete'],
        options: [
          ...common,
          ['--delete', 'remove it'],
          ['--max-age <duration>', 'what is not needed and was not used for so long goes (default: 14d)'],
          ['--max-size <size>', 'the oldest of what is not needed goes until no more is left, such as 20GB'],
          ['--keep-runs <number>', 'of each pipeline and profile, the newest runs that stay (default: 10)'],
        ],
        action: async (flags) => (await import('./cache.ts')).collect(flags),
      },
      verify: {
        about: 'check every byte, and mend what can be mended',
        examples: ['pipe cache verify'],
        options: common,
        action: async (flags) => (await import('./cache.ts')).verify(flags),
      },
    },
  },
  checkout: {
    about: "put a run's outputs back under cache/out",
    examples: ['pipe checkout last~1'],
    operands: [['<run>', "a run's id, or the start of one; `last` is the newest, `last~1` the one before"]],
    options: common,
    action: async (name, flags) => (await import('./checkout.ts')).checkout(name, flags),
  },
  engine: {
    about: 'what computes: list, install and test engines',
    examples: [
      'pipe engine',
      'pipe engine install native',
      'pipe engine install native --gpu',
      'pipe engine test native',
    ],
    options: common,
    action: async (flags) => (await import('./engine.ts')).list(flags),
    commands: {
      install: {
        about: 'install an engine into your data folder; it serves all projects',
        examples: ['pipe engine install native', 'pipe engine install native --gpu'],
        operands: [installable],
        options: [
          json,
          ['--gpu', "native: with NVIDIA's libraries, for a GPU with CUDA"],
          [
            '--from <file...>',
            'wheels of TensorFlow, or the npm package webgpu, that you have, instead of fetching them',
          ],
        ],
        action: async (name, flags) => (await import('./engine.ts')).install(name, flags),
      },
      test: {
        about: 'every layer and gradient against stored values, a short training, and the speed',
        examples: ['pipe engine test', 'pipe engine test native'],
        operands: [['[engine]', 'which (default: the one that `auto` takes)', { preset: 'auto' }]],
        options: [json],
        action: async (name, flags) => (await import('./engine-test.ts')).test(name, flags),
      },
      uninstall: {
        about: 'remove an engine',
        examples: ['pipe engine uninstall native'],
        operands: [installable],
        options: [json],
        action: async (name, flags) => (await import('./engine.ts')).uninstall(name, flags),
      },
    },
  },
};
