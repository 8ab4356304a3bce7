import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { findRun } from '../experiments/find.ts';
import { type RunRecord, readRecord } from '../experiments/record.ts';
import { compareRuns, type Reproduced } from '../experiments/reproduce.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { run } from './run.ts';
import { readSettings } from './settings.ts';

/** Runs it again in an empty cache. Exit code 0: the same bytes; 1: not, or it failed. */
export async function reproduce(wanted: string, flags: CommonFlags): Promise<number> {
  const settings = readSettings(flags);
  const store = await openCache(settings.cacheFolder);
  const first = await findRun(wanted, store);
  mustBeTheSame(first);
  // What was fetched for the run is not fetched again: it is checked by its hash all the same.
  process.env.PIPE_MIRROR = [store.downloads, ...settings.mirrors].join(delimiter);
  const cache = mkdtempSync(join(tmpdir(), 'pipe-reproduce-'));
  try {
    const code = await run(first.file, {
      cache,
      set: [...first.sets],
      engine: String(first.engine.engine ?? 'auto'),
      ...(first.profile === null ? {} : { profile: first.profile }),
    });
    if (code === 2 || code === 130) return code;
    const again = await newest(cache);
    return tell(first, compareRuns(first, again), flags);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function mustBeTheSame(first: RunRecord): void {
  const text = textOf(first.file);
  if (text === first.text) return;
  const fix = first.git
    ? `git checkout ${first.git.commit}${first.git.dirty ? '; the run had changes that were not committed' : ''}`
    : '`pipe show RUN --json` has its text';
  const message = text === null ? 'is not there' : 'is not what it was then';
  throw new Failure('changed-since', `\`${first.file}\` of run \`${first.id}\` ${message}`, { fix });
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
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
