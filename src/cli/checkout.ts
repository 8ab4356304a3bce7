import { openCache } from '../cache/cache.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { findRun } from '../experiments/find.ts';
import { commandOf, type RunRecord, type StageRecord } from '../experiments/record.ts';
import { withProfile } from '../pipeline/profile.ts';
import type { Store, StoredResult } from '../run/store.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, talk } from './output.ts';
import { readSettings } from './settings.ts';

/** Puts a run's outputs back under cache/out. Exit code 1 when the cache no longer holds all of them. */
export async function checkout(name: string, flags: CommonFlags): Promise<number> {
  const { cacheFolder } = readSettings(flags);
  const store = await openCache(cacheFolder);
  const record = await findRun(name, store);
  const gone: string[] = [];
  const back: string[] = [];
  for (const stage of record.stages) {
    if (stage.fingerprint === null) continue;
    store.use([stage.fingerprint]);
    const result = await resultOf(stage, store);
    if (result) await store.bringOut(record.pipeline, record.profile, stage.name, result.ports);
    (result ? back : gone).push(stage.name);
  }
  const at = withProfile(record.pipeline, record.profile);
  if (flags.json) printJson({ version: 1, run: record.id, outputs: `${cacheFolder}/out/${at}`, back, gone });
  else print(`${record.id}: outputs of ${back.length} stages are in ${cacheFolder}/out/${at}`);
  if (gone.length > 0) (await talk()).diagnostics([missing(gone, record)]);
  return gone.length > 0 ? 1 : 0;
}

/** The whole result with the content that the run had: several engines may have one under the same fingerprint. */
async function resultOf(stage: StageRecord, store: Store): Promise<StoredResult | null> {
  const entry = await store.lookup(stage.fingerprint ?? '');
  for (const result of entry?.results ?? []) {
    const ports = Object.entries(result.ports);
    const same = ports.every(([port, { digest }]) => stage.ports[port] === digest);
    if (same && (await Promise.all(ports.map(([, port]) => store.intact(port)))).every(Boolean))
      return result;
  }
  return null;
}

function missing(gone: readonly string[], record: RunRecord): Diagnostic {
  return {
    severity: 'error',
    code: 'result-gone',
    message: `the cache no longer holds what ${gone.map((stage) => `\`${stage}\``).join(', ')} gave in ${record.id}`,
    fix: `run it again: ${commandOf(record)}`,
  };
}
