/** `pipe cache`: what it holds, what can go, whether it is whole. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../cache/cache.ts';
import { type Collection, collect as collectGarbage, type Limits } from '../cache/collect.ts';
import { type Contents, contentsOf, objectsIn } from '../cache/contents.ts';
import { verify as verifyAll } from '../cache/verify.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { readDuration, readSize } from '../pipeline/policy.ts';
import { withProfile } from '../pipeline/profile.ts';
import type { Store } from '../run/store.ts';
import { kindNamed } from '../stages/registry.ts';
import type { CommonFlags } from './main.ts';
import { neededHere, type Unknown } from './needed.ts';
import { print, printJson, talk } from './output.ts';
import { readSettings } from './settings.ts';

export interface GcFlags extends CommonFlags {
  readonly delete?: boolean;
  readonly maxSize?: string;
  readonly maxAge?: string;
  readonly keepRuns?: string;
}

interface Row {
  readonly pipeline: string;
  readonly stage: string;
  readonly results: number;
  readonly bytes: number;
  /** Since it was last a part of a run, in days. */
  readonly days: number;
}

/** Sizes count an object once in each row that needs it: a row tells what would be left of it alone. */
export async function show(flags: CommonFlags): Promise<number> {
  const { folder } = await opened(flags);
  const contents = await contentsOf(folder);
  const rows = rowsOf(contents);
  const all = [...objectsIn(folder).values()].reduce((sum, { size }) => sum + size, 0);
  const downloads = bytesUnder(join(folder, 'downloads'));
  if (flags.json) printJson({ version: 1, folder, bytes: all, downloads, rows });
  else {
    const { formatTable } = await import('../ui/table.ts');
    const cells = rows.map((row) => [
      row.pipeline,
      row.stage,
      String(row.results),
      sizeText(row.bytes),
      ageText(row.days),
    ]);
    print(formatTable(['pipeline', 'stage', 'results', 'size', 'last needed'], cells));
    print(`objects ${sizeText(all)} · downloads ${sizeText(downloads)} · ${folder}`);
  }
  return 0;
}

export async function collect(flags: GcFlags): Promise<number> {
  const limits = limitsOf(flags);
  const store = await opened(flags);
  const { keys, unknown } = await neededHere(readSettings(flags).root, store);
  const keeps = new Set<Unknown>();
  const whole = (name: string): boolean => {
    const why = unknown.find(({ pipeline }) => pipeline === null || pipeline === name);
    if (why) keeps.add(why);
    return why !== undefined;
  };
  const remove = flags.delete === true;
  const continues = (kind: string): string | undefined => kindNamed(kind)?.continues;
  const found = await collectGarbage(store.folder, limits, { keys, whole, continues }, remove);
  await tellUnknown([...keeps]);
  if (flags.json) printJson({ version: 1, deleted: remove, ...found });
  else {
    const count = (type: string): number => found.goes.filter((one) => one.type === type).length;
    print(
      `${remove ? 'removed' : 'would remove'} ${count('result')} results, ${count('checkpoint')} checkpoints, ${found.objects} objects: ${sizeText(found.bytes)}`,
    );
    print(
      `${remove ? 'left' : 'would leave'} ${sizeText(found.keptBytes)}${found.newBytes > 0 ? `, of which ${sizeText(found.newBytes)} are too new to go` : ''}`,
    );
    if (!remove && found.objects + found.goes.length > 0) print('nothing was touched: --delete does it');
  }
  if (found.overLimit) (await talk()).line(overLimitText(found, limits));
  return 0;
}

function overLimitText({ keptBytes, newBytes }: Collection, { maxBytes }: Limits): string {
  return keptBytes - newBytes > maxBytes
    ? 'what kept runs and the pipelines here need is more than --max-size'
    : 'more than --max-size is left: what is less than an hour old stays, so collect again later';
}

/** Only of those for which something stays: a project may hold other files that are none of its own pipelines. */
async function tellUnknown(unknown: readonly Unknown[]): Promise<void> {
  if (unknown.length === 0) return;
  const { diagnostics, line } = await talk();
  diagnostics(unknown.flatMap(({ why }) => why));
  for (const { file, pipeline } of unknown)
    line(`${file} can't be planned: everything that ${pipeline ?? 'any pipeline'} has needed so far stays`);
}

/** Exit code 1 when something was lost that has to be computed again. */
export async function verify(flags: CommonFlags): Promise<number> {
  const { folder } = await opened(flags);
  const { findings, objects, bytes, entries } = await verifyAll(folder);
  if (flags.json) printJson({ version: 1, objects, bytes, entries, findings });
  else {
    for (const { path, what, now } of findings) print(`${path} ${what}: ${now}`);
    print(
      `${objects} objects (${sizeText(bytes)}) and ${entries} entries: ${findings.length === 0 ? 'all whole' : `${findings.length} damaged`}`,
    );
  }
  return findings.every(({ mended }) => mended) ? 0 : 1;
}

/** Opening checks the format and clears what killed processes have left. */
async function opened(flags: CommonFlags): Promise<Store> {
  return openCache(readSettings(flags).cacheFolder);
}

function rowsOf({ held, uses }: Contents): Row[] {
  const groups = new Map<string, { pipeline: string; stage: string; keys: Set<string>; time: number }>();
  const named = new Set<string>();
  const add = (pipeline: string, stage: string, key: string, time: number): void => {
    const name = `${pipeline}\0${stage}`;
    const group = groups.get(name) ?? { pipeline, stage, keys: new Set(), time: 0 };
    group.keys.add(key);
    groups.set(name, { ...group, time: Math.max(group.time, time) });
  };
  for (const { pipeline, profile, stage, fingerprint, time } of uses) {
    named.add(fingerprint);
    add(withProfile(pipeline, profile), stage, fingerprint, time);
  }
  for (const { key, type, used } of held)
    if (!named.has(key)) add('–', type === 'checkpoint' ? 'checkpoints' : 'in no finished run', key, used);
  const byKey = new Map(held.map((one) => [one.key, one]));
  return [...groups.values()].flatMap(({ pipeline, stage, keys, time }) => {
    const there = [...keys].flatMap((key) => byKey.get(key) ?? []);
    const objects = new Map(there.flatMap((one) => one.objects.map((ref) => [ref.hash, ref.size] as const)));
    const bytes = [...objects.values()].reduce((sum, size) => sum + size, 0);
    const days = (Date.now() - time) / 86_400_000;
    return there.length === 0 ? [] : [{ pipeline, stage, results: there.length, bytes, days }];
  });
}

const defaults = { keepRuns: 10, maxAge: '14d' };

function limitsOf({ maxSize, maxAge, keepRuns }: GcFlags): Limits {
  const limits = {
    keepRuns: keepRuns === undefined ? defaults.keepRuns : Number(keepRuns),
    maxAgeMs: readDuration(maxAge ?? defaults.maxAge),
    maxBytes: maxSize === undefined ? Number.POSITIVE_INFINITY : readSize(maxSize),
  };
  refuseUnless(limits.maxAgeMs >= 0, `--max-age ${maxAge}`, '--max-age 30d');
  refuseUnless(limits.maxBytes >= 0, `--max-size ${maxSize}`, '--max-size 10GB');
  refuseUnless(
    Number.isInteger(limits.keepRuns) && limits.keepRuns >= 0,
    `--keep-runs ${keepRuns}`,
    '--keep-runs 5',
  );
  return limits;
}

function refuseUnless(isRead: boolean, given: string, example: string): void {
  if (!isRead)
    throw new Failure('invalid-cache-limit', `\`${given}\` can not be read`, { fix: `write ${example}` });
}

function bytesUnder(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

function ageText(days: number): string {
  if (days < 1 / 24) return 'within the hour';
  return days < 1 ? `${Math.round(days * 24)} h ago` : `${Math.round(days)} days ago`;
}
