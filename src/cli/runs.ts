import { openCache } from '../cache/cache.ts';
import { type RunRecord, readRecord } from '../experiments/record.ts';
import type { Store } from '../run/store.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';

export async function runs(flags: CommonFlags & { readonly last?: string }): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const records = await newestRecords(
    store,
    flags.last === undefined ? Number.POSITIVE_INFINITY : Number(flags.last),
  );
  if (flags.json) for (const record of records) printJson(record);
  else if (records.length === 0)
    print('no runs yet: pipe run pipelines/cifar-augmented.yaml --profile quick');
  else {
    const { formatTable } = await import('../ui/table.ts');
    print(formatTable(['run', 'pipeline', 'outcome', 'ran', 'cached', 'time', 'result'], records.map(row)));
  }
  return 0;
}

export async function newestRecords(store: Store, count: number): Promise<RunRecord[]> {
  const ids = (await store.runs.list()).slice(0, count);
  const read = await Promise.all(ids.map((id) => store.runs.read(id)));
  return read.flatMap((record) => readRecord(record) ?? []);
}

function row(record: RunRecord): string[] {
  const times = (outcome: string): string =>
    String(record.stages.filter((stage) => stage.outcome === outcome).length);
  const evaluated = record.stages.find((stage) => stage.kind === 'evaluate');
  const accuracy = evaluated?.values.accuracy;
  const on = evaluated?.values.split === undefined ? '' : ` on ${evaluated.values.split}`;
  const result =
    typeof accuracy === 'number' ? `${evaluated?.name} ${(accuracy * 100).toFixed(2)}%${on}` : '';
  const name = record.profile === null ? record.pipeline : `${record.pipeline}@${record.profile}`;
  return [
    record.id,
    name,
    record.outcome,
    times('ran'),
    times('cached'),
    `${record.seconds.toFixed(1)} s`,
    result,
  ];
}
