import { cifar10Classes, cifarRows } from '../../data/cifar.ts';
import type { Counts } from '../../data/raw.ts';
import { shapes10Classes, shapes10Rows } from '../../data/shapes10.ts';
import type { CheckInput, CheckResult, Kind } from '../kind.ts';
import { paramsOf } from '../params.ts';

export const sources = {
  cifar10: { classes: cifar10Classes, rows: cifarRows, version: 1 },
  shapes10: { classes: shapes10Classes, rows: shapes10Rows, version: 2 },
} as const;

/** Rows of each split; a bare limit takes test rows in the dataset's own proportion. */
export function countRows(params: ReturnType<typeof paramsOf<'download'>>): Counts {
  const { rows } = sources[params.dataset];
  const { limit } = params;
  const train = limit === 'all' ? rows.train : typeof limit === 'number' ? limit : limit.train;
  const test =
    limit === 'all'
      ? rows.test
      : typeof limit === 'number'
        ? Math.ceil((limit * rows.test) / rows.train)
        : limit.test;
  const validation = params.validation < 1 ? Math.round(train * params.validation) : params.validation;
  return { train: train - validation, validation, test };
}

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
  components: (params) => [
    {
      name: `dataset/${String(params.dataset)}`,
      version: sources[paramsOf('download', params).dataset].version,
    },
    { name: 'split', version: 1 },
  ],
  check,
};

function check({ params, at }: CheckInput): CheckResult {
  const own = paramsOf('download', params);
  const { rows, classes } = sources[own.dataset];
  const counts = countRows(own);
  const all = counts.train + counts.validation;
  const problems = [];
  if (all > rows.train || counts.test > rows.test)
    problems.push(
      at('limit', {
        code: 'limit-too-large',
        message: `${own.dataset} has ${rows.train} training and ${rows.test} test rows; the limit asks for ${all} and ${counts.test}`,
      }),
    );
  else if (all === 0 || counts.test === 0)
    problems.push(
      at('limit', {
        code: 'empty-dataset',
        message: `the limit leaves ${all} training and ${counts.test} test rows: the dataset is empty`,
        fix: 'raise `limit`',
      }),
    );
  else if (counts.train <= 0)
    problems.push(
      at('validation', {
        code: 'empty-dataset',
        message: `${counts.validation} validation rows leave none of ${all} to train on`,
        fix: 'lower `validation`',
      }),
    );
  return {
    diagnostics: problems,
    forms: { data: { type: 'dataset', example: [32, 32, 3], classes: classes.length, rows: counts } },
  };
}
