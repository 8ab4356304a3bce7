import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { readSource } from '../diagnostics/source.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { findRun, newestFirst } from '../experiments/find.ts';
import { commandOf, type RunRecord } from '../experiments/record.ts';
import { stateOf } from '../experiments/state.ts';
import type { Store } from '../run/store.ts';
import { type Cell, csvOf, readTrials, sortRows, type TrialsFile, tableOf } from '../tune/table.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';

export interface TrialsFlags extends CommonFlags {
  readonly sort?: string;
  readonly csv?: boolean;
  readonly run?: string;
}

/** The trials of a stage's newest finished search, the best first. */
export async function trials(stage: string, flags: TrialsFlags): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const { file, run } = await newestSearch(stage, flags.run, store);
  const rows = sorted(file, flags.sort);
  if (flags.json) printJson({ ...file, stage, run, trials: rows });
  else if (flags.csv) print(csvOf(rows));
  else {
    const { formatTable } = await import('../ui/table.ts');
    const { columns, rows: cells } = tableOf(rows);
    print(
      formatTable(
        columns,
        cells.map((row) => row.map(shown)),
      ),
    );
  }
  return 0;
}

function sorted(file: TrialsFile, column: string | undefined): TrialsFile['trials'] {
  const { columns } = tableOf(file.trials);
  if (column !== undefined && !columns.includes(column)) {
    const near = nearest(column, columns);
    throw new Failure('unknown-value', `trials have no column \`${column}\``, {
      fix: near ? `did you mean \`${near}\`?` : `they have ${columns.join(', ')}`,
    });
  }
  return sortRows(file, column ?? null);
}

async function newestSearch(
  stage: string,
  run: string | undefined,
  store: Store,
): Promise<{ file: TrialsFile; run: string }> {
  const searches = new Set<string>();
  let begun: RunRecord | undefined;
  for await (const record of run === undefined ? newestFirst(store) : [await findRun(run, store)]) {
    const own = record.stages.filter(({ kind }) => kind === 'tune').map(({ name }) => name);
    for (const name of own) searches.add(name);
    if (own.includes(stage)) begun ??= record;
    const file = await trialsOf(record, stage, store);
    if (file) return { file, run: record.id };
  }
  throw new Failure(
    'unknown-search',
    `no run${run === undefined ? '' : ` \`${run}\``} has finished a search \`${stage}\``,
    { fix: begun ? goOnWith(begun, stage) : likely(stage, searches) },
  );
}

function goOnWith(record: RunRecord, stage: string): string {
  const came = record.stages.some(({ name, outcome }) => name === stage && outcome !== 'skipped');
  const run = `run ${record.id} (${stateOf(record)})`;
  const command = `\`${commandOf(record)}\``;
  return came
    ? `${run} began it: ${command} goes on with what it has trained`
    : `${run} did not come to it: ${command} runs it`;
}

function likely(stage: string, searches: ReadonlySet<string>): string {
  if (searches.size === 0) return '`pipe run` a file with a stage of kind tune';
  const near = nearest(stage, searches);
  return near ? `did you mean \`${near}\`?` : `the searches are ${[...searches].join(', ')}`;
}

async function trialsOf(record: RunRecord, stage: string, store: Store): Promise<TrialsFile | null> {
  const found = record.stages.find(({ name, kind }) => name === stage && kind === 'tune');
  const entry = found?.fingerprint ? await store.lookup(found.fingerprint) : null;
  for (const { ports } of entry?.results ?? []) {
    const ref = ports.trials?.files['trials.json'];
    const text =
      ref && ports.trials && (await store.intact(ports.trials)) ? readSource(store.objectPath(ref)) : null;
    const file = text === null ? null : readTrials(text);
    if (file) return file;
  }
  return null;
}

function shown(cell: Cell): string {
  if (typeof cell !== 'number') return String(cell ?? '');
  return String(Number(cell.toPrecision(5)));
}
