import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { diffRuns, type RunDiff } from '../experiments/diff.ts';
import { type RunRecord, readRecord } from '../experiments/record.ts';
import type { Store } from '../run/store.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';

export async function diff(a: string, b: string, flags: CommonFlags): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const [before, after] = [await findRun(a, store), await findRun(b, store)];
  const found = diffRuns(before, after);
  if (flags.json) printJson({ version: 1, a: before.id, b: after.id, ...found });
  else print(await table(before, after, found));
  return 0;
}

/** A run by its id, the start of one, `last` or `last~N`. */
async function findRun(name: string, store: Store): Promise<RunRecord> {
  const back = /^last(?:~(\d+))?$/.exec(name);
  const id = back ? (await store.runs.list())[Number(back[1] ?? 0)] : name;
  const record = id === undefined ? null : readRecord(await store.runs.read(id));
  if (!record)
    throw new Failure('unknown-run', `there is no run \`${name}\``, { fix: '`pipe runs` lists them' });
  return record;
}

async function table(before: RunRecord, after: RunRecord, found: RunDiff): Promise<string> {
  const { formatTable } = await import('../ui/table.ts');
  const rows = [...found.params, ...found.metrics].map(({ path, a, b }) => [path, show(a), show(b)]);
  if (rows.length === 0) return `${before.id} and ${after.id}: the same params and metrics`;
  return formatTable(['', before.id, after.id], rows);
}

function show(value: unknown): string {
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}
