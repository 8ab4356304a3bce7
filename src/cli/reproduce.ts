import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative, resolve } from 'node:path';
import { openCache } from '../cache/cache.ts';
import { readSource } from '../diagnostics/source.ts';
import { findRun } from '../experiments/find.ts';
import { type RunRecord, readRecord } from '../experiments/record.ts';
import { compareRuns, type Reproduced } from '../experiments/reproduce.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, talk } from './output.ts';
import { run } from './run.ts';
import { fromHere, readSettings } from './settings.ts';

/** Runs it again in an empty cache. Exit code 0: the same bytes; 1: not, or it failed. */
export async function reproduce(wanted: string, flags: CommonFlags): Promise<number> {
  const settings = readSettings(flags);
  const store = await openCache(settings.cacheFolder);
  const first = await findRun(wanted, store);
  const texts = textsOf(first, settings.root);
  const changed = changedFiles(texts).map((file) => relative(settings.root, file));
  if (changed.length > 0)
    (await talk()).line(`${changed.join(', ')}: changed since; the run's own text is taken`);
  // What was fetched for the run is not fetched again: it is checked by its hash all the same.
  process.env.PIPE_MIRROR = [store.downloads, ...settings.mirrors].join(delimiter);
  const cache = mkdtempSync(join(tmpdir(), 'pipe-reproduce-'));
  try {
    const code = await run(fromHere(first.file, settings.root), {
      cache,
      texts,
      set: [...first.sets],
      engine: String(first.engine.engine ?? 'auto'),
      ...(first.profile === null ? {} : { profile: first.profile }),
      ...(first.until === undefined ? {} : { until: first.until }),
    });
    if (code === 2 || code === 130) return code;
    const again = await newest(cache);
    return tell(first, compareRuns(first, again), flags);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/** The files as they were then, whatever they are now. A record of an earlier `pipe` has no texts of what its file builds on. */
function textsOf({ file, text, bases = {} }: RunRecord, root: string): ReadonlyMap<string, string> {
  const all = Object.entries({ [file]: text, ...bases });
  return new Map(all.map(([path, own]) => [resolve(root, path), own]));
}

/** Those that are no longer what they were. */
function changedFiles(texts: ReadonlyMap<string, string>): string[] {
  return [...texts].filter(([file, text]) => readSource(file) !== text).map(([file]) => file);
}

async function newest(cache: string): Promise<RunRecord> {
  const store = await openCache(cache);
  const [id] = await store.runs.list();
  const record = id === undefined ? null : readRecord(await store.runs.read(id));
  if (!record) throw new Error('the run left no record');
  return record;
}

async function tell(first: RunRecord, stages: readonly Reproduced[], flags: CommonFlags): Promise<number> {
  const same = stages.every((stage) => stage.same);
  if (flags.json) printJson({ version: 1, run: first.id, same, stages });
  else {
    const { formatTable } = await import('../ui/table.ts');
    const rows = stages.map((stage) => [
      stage.stage,
      stage.same ? 'the same bytes' : `differs: ${stage.ports.join(', ')}`,
      stage.why,
    ]);
    print(
      `${formatTable(['stage', 'output', 'why'], rows)}\n${same ? `run ${first.id} came out the same` : `run ${first.id} did not come out the same`}`,
    );
  }
  return same ? 0 : 1;
}
