import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cifar10Classes, cifarExample, cifarRows } from '../../data/cifar-form.ts';
import { isUrl } from '../../data/mirrors.ts';
import type { Counts } from '../../data/raw.ts';
import { shapes10Classes, shapes10Example, shapes10Rows } from '../../data/shapes10.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { versioned } from '../components.ts';
import { isMap } from '../json.ts';
import type { CheckInput, CheckResult, Component, DatasetForm, JsonObject, Kind } from '../kind.ts';
import { paramsOf } from '../params.ts';
import { countRows, type DownloadParams, rowProblem } from './counts.ts';

/** What is known of the named datasets before they are there. */
const datasets = {
  cifar10: { classes: cifar10Classes.length, rows: cifarRows, example: cifarExample },
  cifar100: { classes: 100, rows: cifarRows, example: cifarExample },
  shapes10: { classes: shapes10Classes.length, rows: shapes10Rows, example: shapes10Example },
} as const;

export const download: Kind = {
  name: 'download',
  inputs: () => [],
  outputs: () => ({
    data: { type: 'dataset', description: 'the dataset' },
    samples: { type: 'image', description: 'a picture of samples' },
  }),
  values: () => ({ rows: 'number' }),
  usesEngine: false,
  draws: () => true,
  decisive,
  reads: (params) => localPlaces(paramsOf('download', params)),
  components: (params) => [
    ...versioned('download', 'split', 'sheet'),
    ...componentsOf(paramsOf('download', params)),
  ],
  check,
};

function componentsOf({ dataset, folder, arrays }: DownloadParams): Component[] {
  return [
    ...(dataset ? versioned(`dataset/${dataset}`) : []),
    ...(folder ? [...versioned('dataset/folder'), { name: 'sharp', version: sharpVersion() }] : []),
    ...(arrays ? versioned('dataset/arrays') : []),
  ];
}

/** Its decoders and its resizing decide bytes. Only its package.json is read here. */
function sharpVersion(): string {
  const entry = createRequire(import.meta.url).resolve('sharp');
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(dirname(entry), '../package.json'), 'utf8'),
  );
  return version;
}

/** Params of `arrays` that name a file each, or what is in `from`. */
const arrayFiles = ['images', 'labels', 'testImages', 'testLabels'];

/** The project's files that are read, by the param that names them. */
function localPlaces({ folder, arrays }: DownloadParams): { [param: string]: string } {
  const places: [string, unknown][] = folder
    ? [['folder.from', folder.from]]
    : arrays?.from === undefined
      ? arrayFiles.map((name) => [
          `arrays.${name}`,
          Object.entries(arrays ?? {}).find(([key]) => key === name)?.[1],
        ])
      : [['arrays.from', arrays.from]];
  return Object.fromEntries(
    places.flatMap(([param, place]) => (typeof place === 'string' && !isUrl(place) ? [[param, place]] : [])),
  );
}

/** Data counts by its content: by its files where they are local, and by their sha256; not by where it lies. */
function decisive(chosen: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(chosen).map(([name, value]) => {
      if (!isMap(value)) return [name, value];
      if ('from' in value) return [name, decisivePlace(value)];
      return [name, name === 'arrays' ? decisiveFiles(value) : value];
    }),
  );
}

function decisivePlace({ from, sha256, ...others }: JsonObject): JsonObject {
  // Of a local file it is a check: one that is asked for has been made.
  if (!isUrl(String(from))) return sha256 === undefined ? others : { ...others, sha256 };
  return { ...others, sha256: sha256 ?? String(from) };
}

function decisiveFiles(arrays: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, file]) => {
      if (!arrayFiles.includes(name)) return [[name, file]];
      if (isMap(file)) return [[name, { sha256: file.sha256 ?? null }]];
      return isUrl(String(file)) ? [[name, file]] : [];
    }),
  );
}

function check(input: CheckInput): CheckResult {
  const params = paramsOf('download', input.params);
  const form = formOf(params);
  return {
    diagnostics: [
      ...sourceProblems(params, input.at),
      ...splitProblems(params, input.at),
      ...(form.rows ? countProblems(params, input.at) : []),
    ],
    forms: { data: form },
  };
}

function formOf(params: DownloadParams): DatasetForm {
  const { dataset, folder, arrays } = params;
  const named = dataset === undefined ? undefined : datasets[dataset];
  if (named)
    return {
      type: 'dataset',
      example: named.example,
      classes: named.classes,
      rows: shownRows(params, countRows(params, named.rows)),
    };
  const example = folder ? [...folder.size, folder.colour === 'rgb' ? 3 : 1] : null;
  return { type: 'dataset', example, classes: arrays?.classes?.length ?? null, rows: null };
}

/** What stages see: rows of the test set, where they serve as validation too. */
function shownRows({ validation }: DownloadParams, counts: Counts): Counts {
  return validation === 'test' ? { ...counts, validation: counts.test } : counts;
}

/** Of the test set, training, callbacks and tuning see nothing, unless the file says plainly that they shall. */
function splitProblems({ validation, allowTestAs }: DownloadParams, at: CheckInput['at']): Diagnostic[] {
  if (validation === 'test' && allowTestAs === undefined)
    return [
      at('validation', {
        code: 'test-as-validation',
        message:
          'validation on the test rows lets training, callbacks and tuning choose by them: their accuracy would no longer tell how the model does on new images',
        fix: 'keep a part of the training rows, such as `validation: 0.1`; to repeat an experiment that did it, add `allowTestAs: validation`: its results are marked',
      }),
    ];
  if (validation !== 'test' && validation >= 1 && !Number.isInteger(validation))
    return [
      at('validation', {
        code: 'invalid-value',
        message: `${validation} rows are kept for validation: a part of the rows is below 1, a number of them is whole`,
        fix: `such as \`validation: 0.1\` or \`validation: ${Math.round(validation)}\``,
      }),
    ];
  if (validation !== 'test' && allowTestAs !== undefined)
    return [
      at('allowTestAs', {
        severity: 'warning',
        code: 'nothing-to-do',
        message: '`allowTestAs` allows `validation: test`, which is not asked for',
      }),
    ];
  return [];
}

function sourceProblems({ dataset, folder, arrays }: DownloadParams, at: CheckInput['at']): Diagnostic[] {
  const given = Object.entries({ dataset, folder, arrays }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length === 0)
    return [
      at('', {
        code: 'missing-key',
        message: 'a download needs one of `dataset`, `folder` and `arrays`',
        fix: 'such as `dataset: cifar10`',
      }),
    ];
  if (given.length > 1)
    return [
      at(given[1] ?? '', {
        code: 'invalid-value',
        message: `a download has one source, not ${given.join(' and ')}`,
      }),
    ];
  if (arrays?.sha256 !== undefined && arrays.from === undefined)
    return [
      at('arrays.sha256', {
        code: 'invalid-value',
        message: 'this is the sha256 of what `from` names, and there is no `from`',
        fix: 'give a file its own: `images: { url: …, sha256: … }`, or remove it',
      }),
    ];
  if (arrays && (arrays.testImages === undefined) !== (arrays.testLabels === undefined))
    return [
      at('arrays', {
        code: 'missing-key',
        message: '`testImages` and `testLabels` go together',
        fix: 'give both, or neither',
      }),
    ];
  return [];
}

function countProblems(params: DownloadParams, at: CheckInput['at']): Diagnostic[] {
  const { dataset } = params;
  const rows = dataset === undefined ? undefined : datasets[dataset]?.rows;
  const problem = rows ? rowProblem(params, rows, dataset ?? '') : null;
  return problem ? [at(problem.param, problem)] : [];
}
