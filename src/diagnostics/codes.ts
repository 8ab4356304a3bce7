// biome-ignore-all lint/suspicious/noTemplateCurlyInString: examples of pipeline files
/**
 * Every code that a diagnostic may have; docs/errors.md is made from this table by `npm run generate`. A new one is one
 * line: who causes it (a `file`, the `call` on the command line, or a `run`), what it means, an example, what to do.
 */
export type Origin = 'file' | 'call' | 'run';
type Entry = readonly [origin: Origin, meaning: string, example: string, fix: string];

// biome-ignore format: a table, one code a line
const table = {
  'invalid-yaml': ['file', 'The text is not YAML.', 'name: "open', 'Look for a missing quote, bracket or colon there or a line above; indent with spaces.'],
  'duplicate-key': ['file', 'A map has a key twice.', 'seed: 1 … seed: 2', 'Keep one of the two.'],
  'empty-file': ['file', 'The file holds nothing.', '# only a comment', 'Write version, name and stages.'],
  'too-large': ['file', 'The file is larger than any pipeline needs.', 'a file of 2 MB', 'Generate less, or put the data into a file that a stage reads.'],
  'too-many-aliases': ['file', 'YAML aliases repeat more than any pipeline needs.', '*a written 200 times', 'Use `vars`, `repeat` or `matrix`.'],
  'too-deep': ['file', 'Maps and lists nest deeper than any pipeline needs.', 'a: [[[[[…', 'Nest less.'],
  'merge-key': ['file', 'YAML 1.1 merge keys are no part of the language.', '<<: *base', 'Use `extends`, a profile or a var.'],
  'unknown-key': ['file', 'A map has a key that its schema does not have.', 'train: { epoch: 3 }', 'Take the suggested key, or one of those that are listed.'],
  'missing-key': ['file', 'A key that is needed is not there.', 'train: { model: build }', 'Add it.'],
  'wrong-type': ['file', 'A value has another type than its key takes.', 'epochs: "20"', 'Write the value in the form that is named.'],
  'invalid-value': ['file', 'A value has the right type and is none of those that are allowed.', 'split: tset', 'Take one of the values that are named.'],
  'unsupported-version': ['file', 'The file is in a version of the language that this `pipe` does not read.', 'version: 2', 'Write `version: 1`, or install a newer `pipe`.'],
  'unknown-kind': ['file', 'A stage is of a kind that does not exist.', 'kind: trian', 'Take the suggested kind, or name a module: `kind: ./my-stage.ts`.'],
  'unknown-var': ['file', '`${name}` names a var that the file does not have.', 'epochs: "${epoch}"', 'Mend the name, or declare it under `vars`.'],
  'unknown-stage': ['file', 'A reference names a stage that does not exist.', 'train: { model: biuld }', 'Take the suggested stage.'],
  'unknown-port': ['file', 'A reference names an output that its stage does not have.', 'data: augment.sheets', 'Take one of the outputs that are listed.'],
  'wrong-port-type': ['file', 'A reference gives something of another type than its key takes.', 'train: { model: download }', 'Take one of the stages that would fit.'],
  'unknown-value': ['file', '`${stages.…}` names a value that its stage does not give, or an objective one that no training gives.', '${stages.tune.best.rate}', 'Take one of the values that are listed.'],
  'unused-var': ['file', 'No stage uses a var.', 'vars: { epoch: 3 }', 'Use it, or remove it.'],
  'unused-stage': ['file', 'A stage prepares something that nothing takes.', 'augment without a train', 'Refer to it, or remove it.'],
  'unknown-axis': ['file', '`${matrix.axis}` names an axis that its stage does not have.', 'seed: "${matrix.sede}"', 'Mend the name, or add the axis.'],
  'unknown-cell': ['file', 'A reference names no cell of a stage with a matrix.', 'model: "train[seed=9]"', 'Take one of the cells that are listed, or exclude the cell that asks for it.'],
  'unnamed-cell': ['file', 'A value of an axis cannot stand in the name of a cell.', 'blocks: [[32, 64]]', 'Name the values: `blocks: { small: [32, 64] }`.'],
  'duplicate-cell': ['file', 'A matrix has the same cell twice.', 'seed: [1, 1]', 'Remove one.'],
  'nothing-excluded': ['file', 'An entry of `exclude` fits no cell.', 'exclude: [{ seed: 9 }]', 'Mend it, or remove it.'],
  'cycle': ['file', 'Stages depend on each other in a circle, or files extend each other.', 'a needs b, b needs a', 'Remove one of the references.'],
  'test-as-validation': ['file', 'The test rows are asked for as validation rows, so that choices would be made by them.', 'validation: test', 'Keep a part of the training rows; or say `allowTestAs: validation`, which marks the results.'],
  'limit-too-large': ['file', 'More rows are asked for than the dataset has.', 'limit: 70000', 'Lower `limit`.'],
  'empty-dataset': ['file', 'A split is left without rows.', 'limit: 0', 'Raise `limit`, or change `validation`.'],
  'not-an-image': ['file', 'An operation on images gets something else.', 'augment after features', 'Use it on a dataset of images.'],
  'features-too-large': ['file', 'Features of a whole dataset would not fit into one file.', 'feature maps of 112×112', 'Average or cut them: globalAveragePooling2d, or a later `until`.'],
  'nothing-to-do': ['file', 'A stage changes nothing.', 'augment: { data: normalize }', 'Give it something to do, or remove it.'],
  'shape-mismatch': ['file', 'Shapes do not fit together.', 'dense: { units: 8 } for ten classes', 'Change the layer that is named to what would fit.'],
  'batch-too-large': ['file', 'A batch is larger than the training set.', 'batchSize: 5000', 'Lower `batchSize`, or raise `limit`.'],
  'never-acts': ['file', 'A callback waits longer than the training takes.', 'patience: 10 in 3 epochs', 'Lower patience, raise epochs, or remove the callback.'],
  'conflicting-options': ['file', 'Two options, each right, cannot be together.', 'schedule beside reduceLROnPlateau', 'Keep one of them.'],
  'loss-mismatch': ['file', 'A loss does not suit what the model gives.', 'a linear last layer', 'End the model with the activation that is named.'],
  'unknown-metric': ['file', 'A callback watches a metric that the training does not give.', 'monitor: valLoss without validation rows', 'Keep rows for validation, or watch another metric.'],
  'invalid-range': ['file', 'A dimension of a search holds nothing, or contradicts itself.', 'int: [8, 2]', 'Write the smaller bound first; only one of `log` and `step`.'],
  'unknown-layer': ['file', 'A model has no layer of this name.', 'until: conv_pw13_relu', 'Take the suggested one.'],
  'invalid-stage-schema': ['file', 'The schema beside a module is not what a stage needs.', 'no x-outputs', 'Mend it: see docs/language.md.'],
  'code-refused': ['file', 'A stage starts code, which --no-commands refuses.', 'kind: command', 'Read what it would run, then leave out --no-commands.'],
  'duplicate-output': ['file', 'Two outputs would lie in the same place.', 'out: { a: x.txt, b: x.txt }', 'Give each a name of its own, different not in case alone.'],
  'path-outside': ['file', 'A path leads out of where it may lead.', 'out: { x: ../x }', 'Write it relative to its folder.'],
  'file-not-found': ['call', 'There is no readable file of this name.', 'pipe run pipelnes/a.yaml', 'Look at the path; it is taken from the folder you are in.'],
  'unknown-profile': ['call', 'The file has no profile of this name.', '--profile qiuck', 'Take one that it has.'],
  'invalid-set': ['call', '`--set` is not followed by path=value.', '--set epochs', 'Write --set train.epochs=30.'],
  'unknown-set-path': ['call', '`--set` names a stage or var that the file does not have.', '--set tran.epochs=3', 'Mend the path.'],
  'unknown-engine': ['call', 'There is no engine of this name.', '--engine cuda', 'Take one of those that are listed.'],
  'precision-unsupported': ['run', 'The engine cannot compute in the precision that a training asks for.', 'precision: mixedBfloat16 on wasm', 'Use the native engine, or `precision: float32`.'],
  'engine-unavailable': ['call', 'An engine that was asked for by name does not work here.', '--engine native, not installed', 'Do what is said, or leave the choice to `auto`.'],
  'invalid-setting': ['call', 'An environment variable has a value that it can not have.', 'PIPE_THREADS=two', 'Write what is named, or unset it.'],
  'unsupported-system': ['call', 'An engine can not be installed on this system.', 'TensorFlow on Windows', 'Compute on another engine.'],
  'tool-missing': ['call', 'A program that an installation needs is not there.', 'no C++ compiler', 'Install it by the command that is named.'],
  'compile-failed': ['call', 'The addon of an engine could not be compiled.', 'a compiler without C++17', 'Try another compiler: CXX=clang++.'],
  'wheel-unusable': ['call', 'A wheel holds no library for this system, or is damaged.', '--from a wheel for Windows', 'Take the wheel that is named.'],
  'out-of-memory': ['run', 'An engine ran out of memory.', 'batchSize: 4096 on a small GPU', 'Lower batchSize, or the network\'s width.'],
  'operation-missing': ['run', 'A layer needs an operation that the engine lacks; found before the training starts.', 'a layer that webgpu can not learn', 'Compute on another engine.'],
  'engine-broken': ['run', 'An engine is installed and does not load.', 'a damaged library', 'Install it again.'],
  'unknown-search': ['call', 'No run has finished a search of this name.', 'pipe trials tnue', 'Take one of those that are listed, or run it.'],
  'unknown-model': ['call', 'No run has trained a model in a stage of this name.', 'pipe predict tarin cat.png', 'Take one of those that are listed, or run it.'],
  'file-exists': ['call', 'A file would be overwritten.', 'pipe init pipelines/first.yaml, twice', 'Give another name.'],
  'unknown-run': ['call', 'There is no record of such a run.', 'pipe diff 2031 last', '`pipe runs` lists them.'],
  'invalid-filter': ['call', '`--filter` is followed by something that is no condition.', 'pipe runs --filter accuracy', 'Write key=text, key!=text, key<number or key>number.'],
  'changed-since': ['call', 'The file of a run is not what it was then, so the run can\'t be reproduced.', 'pipe reproduce last after an edit', 'Check out the commit that is named.'],
  'no-such-cell': ['call', 'A run has no cells of this axis or label.', 'pipe diff last --by augment', 'Take one of the axes and labels that are listed.'],
  'invalid-limit': ['call', '`--max-drop` is not followed by metric=number.', '--max-drop accuracy', 'Write --max-drop evaluate.accuracy=0.005.'],
  'cache-not-writable': ['run', 'The cache folder cannot be written.', 'a read-only folder', 'Make it writable, or choose another: --cache FOLDER or PIPE_CACHE.'],
  'cache-version': ['run', 'The cache folder was written by another version of `pipe`.', '--cache of a newer pipe', 'Use that version, or another folder.'],
  'outputs-not-written': ['run', 'Outputs could not be put under `cache/out`; the results themselves are kept.', 'a full disk', 'Free the folder or the disk, and run again.'],
  'bad-output': ['run', 'A stage left something that is neither file nor folder.', 'a socket', 'Write plain files.'],
  'invalid-module': ['run', 'A project\'s module can\'t be loaded, or gives no stage.', 'no exported `run`', 'Mend the module, or what it imports.'],
  'no-output': ['run', 'A stage ended well without leaving an output that it declares.', 'out: { plot: plot.png }, never written', 'Write it relative to the working folder, or mend `out`.'],
  'missing-input': ['run', 'A file that a command declares cannot be read.', 'in: { script: polt.py }', 'Mend the path; it is taken from the project\'s folder.'],
  'cache-busy': ['run', 'Another process clears the cache at this moment.', 'two `pipe cache gc --delete`', 'Wait until it is done.'],
  'result-gone': ['run', 'A recorded run has results that the cache no longer holds.', 'pipe checkout of a run that was collected', 'Run its pipeline again.'],
  'invalid-cache-limit': ['call', 'A limit of `pipe cache gc` can not be read.', '--max-size 10', 'Write --max-size 10GB, --max-age 30d, --keep-runs 5.'],
  'disk-full': ['run', 'The disk, or the share of it that this user may have, is full.', 'ENOSPC', 'Make room and run again: what was finished is kept.'],
  'disk-error': ['run', 'The disk could not read or write.', 'EIO', 'Look after the disk, then run again.'],
  'input-changed': ['run', 'A file that a command works with was changed while it ran, by itself or by somebody else; its result is not kept.', 'sort -o words.txt words.txt', 'Have it change a copy.'],
  'machine-too-small': ['run', 'A stage wants more of the machine than it has.', 'resources: { gpu: 2 }', 'Lower it, or say what the machine has: PIPE_RESOURCES=gpu=2.'],
  'stage-timeout': ['run', 'A stage took longer than its `timeout`.', 'timeout: 10s', 'Raise `timeout`, or give the stage less to do.'],
  'invalid-resources': ['call', '`PIPE_RESOURCES` or `--jobs` can not be read.', 'PIPE_RESOURCES=gpus=2', 'Write PIPE_RESOURCES=cpu=8,gpu=1,memory=32GB; --jobs takes a number above 0.'],
  'stage-failed': ['run', 'A stage or its program ended with an error.', 'exit code 1', 'Its last lines are shown, its log is kept.'],
  'stage-killed': ['run', 'A stage\'s process was killed, often for memory.', 'SIGKILL', 'A smaller batchSize or width needs less memory.'],
  'stage-crashed': ['run', 'A stage failed in a way that it did not foresee.', 'a fault of the program', 'Report it with the log.'],
  'interrupted': ['run', 'A stage was asked to stop.', 'Ctrl-C', 'Run again: it goes on where it stopped.'],
  'loss-is-nan': ['run', 'The loss became NaN.', 'learningRate: 100', 'A smaller learningRate is the usual cure.'],
  'download-failed': ['run', 'A file could not be fetched.', 'no network', 'Set PIPE_MIRROR to a folder or URL that has it, or run offline with --profile quick.'],
  'missing-sha256': ['run', 'A dataset at a URL has no sha256, so its bytes might change unnoticed.', 'from: https://…/flowers.zip', 'Write the sha256 that is told.'],
  'unreadable-image': ['run', 'Files of an image folder are no whole images.', 'a JPEG that was cut', 'Mend or remove them, or say `unreadable: skip`.'],
  'other-image': ['run', 'Images have another size or colour than the stage asks for, and it says `stop`.', 'otherSize: stop', 'Mend or remove them, or say `convert` or `skip`.'],
  'no-class-folder': ['run', 'An image lies in no folder, which would name its class.', 'flowers/a.png', 'Move it into a class folder, or set `path`.'],
  'too-many-classes': ['run', 'A dataset has more classes than can be told apart.', 'a folder a person', 'Set `path` to the folder that holds the class folders.'],
  'invalid-array': ['run', 'A .npy file does not hold what a dataset needs.', 'images of float32', 'Store images as uint8, labels as whole numbers.'],
  'truncated-archive': ['run', 'An archive ends too early or lacks a member.', 'a download that was cut', 'Delete it and run again: it is fetched anew.'],
  'corrupted-download': ['run', 'A file has another sha256 than it should.', 'a damaged mirror', 'Delete it and run again, from another mirror.'],
  'invalid-label': ['run', 'A label is none of the dataset\'s classes.', 'a label byte of 10', 'Mend the data.'],
  'bad-model': ['run', 'A file of a model can not be read.', 'a quantized model', 'Convert it to a TensorFlow.js layers-model of float32.'],
  'unsupported-layer': ['run', 'A model from elsewhere has a layer that there is none for here.', 'a Lambda layer', 'Cut the model before it with `until`.'],
  'too-many-failures': ['run', 'More trials of a search failed than `maxFailures` allows.', 'maxFailures: 0', 'Mend the trial, narrow the space, or raise `maxFailures`.'],
  'no-trial-worked': ['run', 'No trial of a search gave a result.', 'every rate diverges', 'Mend the trial; the first reason is told.'],
} as const satisfies { readonly [code: string]: Entry };

/** Stable, kebab-case: `unknown-stage`. */
export type Code = keyof typeof table;

export interface CodeEntry {
  readonly code: string;
  readonly origin: Origin;
  readonly meaning: string;
  readonly example: string;
  readonly fix: string;
}

export const codes: readonly CodeEntry[] = Object.entries(table).map(
  ([code, [origin, meaning, example, fix]]) => ({ code, origin, meaning, example, fix }),
);
