import { openCache } from '../cache/cache.ts';
import { findRun, readHeads } from '../experiments/find.ts';
import type { RunHead } from '../experiments/record.ts';
import { filterRuns, headValue, keyOf, sortRuns } from '../experiments/select.ts';
import { stateOf } from '../experiments/state.ts';
import { withProfile } from '../pipeline/profile.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';

export interface RunsFlags extends CommonFlags {
  readonly last?: string;
  readonly filter?: string[];
  readonly sort?: string;
  readonly csv?: boolean;
}

export async function runs(flags: RunsFlags): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const all = await readHeads(store);
  const sorted = flags.sort === undefined ? all : sortRuns(all, flags.sort);
  const chosen = filterRuns(sorted, flags.filter ?? []).slice(
    0,
    flags.last === undefined ? undefined : Number(flags.last),
  );
  if (flags.json) for (const head of chosen) printJson(described(head));
  else if (flags.csv) print(await csv(chosen));
  else if (chosen.length > 0) print(await table(chosen, flags));
  else if (all.length > 0) print('no run fulfils these conditions');
  else print('no runs yet: `pipe run FILE` makes the first, `pipe init` writes a file');
  return 0;
}

export async function remove(wanted: readonly string[], flags: CommonFlags): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const records = [];
  for (const one of wanted) records.push(await findRun(one, store));
  const ids = [...new Set(records.map((record) => record.id))];
  for (const id of ids) await store.runs.remove(id);
  if (flags.json) printJson({ version: 1, removed: ids });
  else print(`removed ${ids.join(', ')}`);
  return 0;
}

function described({ process: owner, ...head }: RunHead): object {
  return { ...head, outcome: stateOf({ ...head, process: owner }), version: 1 };
}

async function table(heads: readonly RunHead[], flags: RunsFlags): Promise<string> {
  const { formatTable } = await import('../ui/table.ts');
  // What was asked for is shown.
  const asked = [flags.sort?.replace(/^-/, ''), ...(flags.filter ?? []).map((text) => keyOf(text))];
  const keys = [...new Set(asked.filter((key) => key?.includes('.')))].map(String);
  const named = heads.some((head) => head.name !== null);
  const rows = heads.map((head) => [
    head.id,
    ...(named ? [head.name ?? ''] : []),
    withProfile(head.pipeline, head.profile),
    stateOf(head),
    String(head.ran),
    String(head.cached),
    `${head.seconds.toFixed(1)} s`,
    ...(keys.length > 0 ? keys.map((key) => valueText(head, key)) : [result(head)]),
  ]);
  const results = keys.length > 0 ? keys : ['result'];
  const head = [
    'run',
    ...(named ? ['name'] : []),
    'pipeline',
    'outcome',
    'ran',
    'cached',
    'time',
    ...results,
  ];
  return formatTable(head, rows);
}

/** With the split, where it served for something else, too. */
function valueText(head: RunHead, key: string): string {
  const value = headValue(head, key);
  if (value === null) return '';
  const split = typeof value === 'number' ? head.splits[key.slice(0, key.lastIndexOf('.'))] : undefined;
  return split === undefined ? String(value) : `${value} on ${split}`;
}

const mostResults = 2;

/** Of the evaluations; of a run without any, what its searches or else its trainings came to. */
function result(head: RunHead): string {
  const all = [
    resultsOf(head, 'evaluate', 'accuracy', percent),
    resultsOf(head, 'tune', 'best.objective', (best) => `best ${best.toFixed(4)}`),
    resultsOf(head, 'train', 'valAccuracy', (accuracy) => `${percent(accuracy)} on validation rows`),
  ].find((found) => found.length > 0);
  if (!all) return '';
  const more = all.length - mostResults;
  return all.slice(0, mostResults).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function resultsOf(
  { values, kinds, splits }: RunHead,
  kind: string,
  value: string,
  shown: (value: number) => string,
): string[] {
  return Object.keys(kinds).flatMap((stage) => {
    const found = values[`${stage}.${value}`];
    if (kinds[stage] !== kind || typeof found !== 'number') return [];
    return [`${stage} ${shown(found)}${splits[stage] === undefined ? '' : ` on ${splits[stage]}`}`];
  });
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

async function csv(heads: readonly RunHead[]): Promise<string> {
  const { toCsv } = await import('../report/csv.ts');
  const values = [...new Set(heads.flatMap((head) => Object.keys(head.values)))];
  const own = [
    'run',
    'name',
    'pipeline',
    'profile',
    'outcome',
    'started',
    'seconds',
    'ran',
    'cached',
    'failed',
    'commit',
    'dirty',
  ];
  const columns = [...own, ...values];
  return toCsv(
    columns,
    heads.map((head) => columns.map((key) => headValue(head, key))),
  );
}
