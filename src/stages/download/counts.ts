/** How many rows a download takes. */
import type { Counts } from '../../data/raw.ts';
import type { Code } from '../../diagnostics/codes.ts';
import type { paramsOf } from '../params.ts';

export type DownloadParams = ReturnType<typeof paramsOf<'download'>>;
/** What the source has. */
export type Rows = Pick<Counts, 'train' | 'test'>;

/** Rows of each split, as far as they are different rows; a bare limit takes test rows in the dataset's own proportion. */
export function countRows({ limit, validation }: DownloadParams, rows: Rows): Counts {
  const train = limit === 'all' ? rows.train : typeof limit === 'number' ? limit : limit.train;
  const test =
    limit === 'all'
      ? rows.test
      : typeof limit === 'number'
        ? Math.ceil((limit * rows.test) / rows.train)
        : limit.test;
  if (validation === 'test') return { train, validation: 0, test };
  const held = validation < 1 ? Math.round(train * validation) : validation;
  return { train: train - held, validation: held, test };
}

export interface RowProblem {
  readonly param: string;
  readonly code: Code;
  readonly message: string;
  readonly fix: string;
}

export function rowProblem(params: DownloadParams, rows: Rows, name: string): RowProblem | null {
  const counts = countRows(params, rows);
  const all = counts.train + counts.validation;
  if (all > rows.train || counts.test > rows.test)
    return {
      param: 'limit',
      code: 'limit-too-large',
      message: `${name} has ${rows.train} training and ${rows.test} test rows; the limit asks for ${all} and ${counts.test}`,
      fix: 'lower `limit`',
    };
  if (all === 0 || counts.test === 0)
    return {
      param: 'limit',
      code: 'empty-dataset',
      message: `there are ${all} training and ${counts.test} test rows: the dataset is empty`,
      fix: rows.train === 0 || rows.test === 0 ? 'look at the data, and at `test`' : 'raise `limit`',
    };
  if (counts.train <= 0)
    return {
      param: 'validation',
      code: 'empty-dataset',
      message: `${counts.validation} validation rows leave none of ${all} to train on`,
      fix: 'lower `validation`',
    };
  return null;
}
