/** What the commands on a pipeline file have in common: read it, check it, open the cache, choose the engine. */
import { dirname, resolve } from 'node:path';
import type { Result } from '../diagnostics/diagnostic.ts';
import { withTrialsChecked } from '../pipeline/check-trials.ts';
import type { Graph } from '../pipeline/pipeline.ts';
import { readPipeline } from '../pipeline/read.ts';
import { select } from '../plan/select.ts';
import type { Store } from '../run/store.ts';
import { type Opened, openGraph } from './context.ts';
import type { CommonFlags } from './main.ts';
import { talk } from './output.ts';
import { projectRoot } from './settings.ts';

export type { Opened } from './context.ts';

export interface SelectFlags extends CommonFlags {
  readonly until?: readonly string[];
  readonly from?: readonly string[];
  readonly rerun?: readonly string[];
}

/** Reads and checks a file; nothing of it runs. */
export function readGraph(file: string, flags: CommonFlags): Result<Graph> {
  const root = projectRoot(dirname(resolve(file)));
  const read = readPipeline(file, {
    root,
    set: flags.set ?? [],
    noCommands: flags.commands === false,
    ...(flags.texts === undefined ? {} : { texts: flags.texts }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  });
  return withTrialsChecked(read);
}

/** `store`: of its cache, where that is open already. */
export async function openFile(file: string, flags: SelectFlags, store?: Store): Promise<Result<Opened>> {
  const read = readGraph(file, flags);
  if (!read.ok) return read;
  const warnings = read.warnings ?? [];
  if (warnings.length > 0) (await talk()).diagnostics(warnings);
  const { until = [], from = [], rerun = [] } = flags;
  const selected = select(read.value, { until, from, rerun });
  if (!selected.ok) return selected;
  const opened = await openGraph(selected.value, flags, store);
  return { ok: true, value: { ...opened, warned: warnings.length > 0 } };
}
