import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative, resolve } from 'node:path';
import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { readSource } from '../diagnostics/source.ts';
import { findRun } from '../experiments/find.ts';
import { commandOf, type RunRecord, readRecord } from '../experiments/record.ts';
import { compareRuns, type Reproduced } from '../experiments/reproduce.ts';
import { stateOf } from '../experiments/state.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, talk } from './output.ts';
import { run } from './run.ts';
import { fromHere, readSettings } from './settings.ts';

/** Runs it again in an empty cache. Exit code 0: the same bytes; 1: not, or it failed. Failure: `nothing-to-reproduce`. */
export async function reproduce(wanted: string, flags: CommonFlags): Promise<number> {
  const settings = readSettings(flags);
  const store = await openCache(settings.cacheFolder);
  const first = await findRun(wanted, store);
  checkResults(first);
  const texts = textsOf(first, settings.root);
  const changed = changedFiles(texts).map((file) => relative(settings.root, file));
  if (changed.length > 0)
    (await talk()).line(`${changed.join(', ')}: changed since; the run's own text is taken`);
  // What was fetched for the run is not fetched again: it is checked by its hash all the same.
  process.env.PIPE_MIRROR = [store.downloads, ...settings.mirrors].join(delimiter);
  const cache = mkdtempSync(join(tmpdir(), 'pipe-reproduce-'));
  // Caches still write at the process's end what they have learnt.
  process.once('exit', () => removeAllButLogs(cache));
  const code = await run(fromHere(first.file, settings.root), {
    cache,
    passing: true,
    refusesInJson: flags.json === true,
    texts,
    set: [...first.sets],
    engine: engineOf(first),
    ...(first.profile === null ? {} : { profile: first.profile }),
    ...(first.until === undefined ? {} : { until: first.until }),
  });
  if (code === 2 || code === 130) return code;
  const again = await newest(cache);
  return tell(first, compareRuns(first, again), code === 0, flags);
}

function engineOf({ engine: { engine } }: RunRecord): string {
  return typeof engine === 'string' && engine !== 'none' ? engine : 'auto';
}

/** A run that goes on or died has told of no stage yet. */
function checkResults(run: RunRecord): void {
  if (run.stages.some(({ ports }) => Object.keys(ports).length > 0)) return;
  const state = run.outcome === 'running' ? `: ${stateOf(run)}` : '';
  throw new Failure('nothing-to-reproduce', `run \`${run.id}\` has left no result to compare with${state}`, {
    fix: `run it again: ${commandOf(run)}`,
  });
}

/** What a stage printed that failed now is named where its failure is told. */
function removeAllButLogs(cache: string): void {
  const logs = join(cache, 'logs');
  const keeps = existsSync(logs) && readdirSync(logs).length > 0;
  for (const name of readdirSync(cache))
    if (!keeps || name !== 'logs') rmSync(join(cache, name), { recursive: true, force: true });
  if (!keeps) rmSync(cache, { recursive: true, force: true });
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

/** `done`: was it run again to its end? */
async function tell(
  first: RunRecord,
  stages: readonly Reproduced[],
  done: boolean,
  flags: CommonFlags,
): Promise<number> {
  const same = done && stages.every((stage) => stage.same);
  if (flags.json) printJson({ version: 1, run: first.id, same, stages });
  else {
    const { formatTable } = await import('../ui/table.ts');
    const rows = stages.map((stage) => [
      stage.stage,
      stage.same ? 'the same bytes' : stage.ports.length > 0 ? `differs: ${stage.ports.join(', ')}` : 'none',
      stage.why.split('\n')[0] ?? '',
    ]);
    print(
      `${formatTable(['stage', 'output', 'why'], rows)}\n${same ? `run ${first.id} came out the same` : `run ${first.id} did not come out the same`}`,
    );
  }
  return same ? 0 : 1;
}
