import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { newestFirst, tryFindRun } from '../experiments/find.ts';
import { commandOf, type RunRecord, type StageRecord } from '../experiments/record.ts';
import { stateOf } from '../experiments/state.ts';
import { withProfile } from '../pipeline/profile.ts';
import { isCellOf } from '../pipeline/reference.ts';
import { flatten } from '../plan/flatten.ts';
import type { Store } from '../run/store.ts';
import { namesAndValues } from '../stages/json.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';

export async function show(wanted: string, flags: CommonFlags): Promise<number> {
  const store = await openCache(readSettings(flags).cacheFolder);
  const run = await tryFindRun(wanted, store);
  if (run) {
    if (flags.json) printJson({ ...run, outcome: stateOf(run) });
    else print(await runText(run));
    return 0;
  }
  const names = new Set<string>();
  const found = await lastOf(wanted, store, names);
  if (!found) throw unknown(wanted, names);
  if (flags.json) printJson({ version: 1, run: found.run.id, ...found.stage });
  else print(await stageText(found.stage, found.run));
  return 0;
}

/** The newest run that has a stage of this name. Notes the names that there are besides. */
async function lastOf(
  name: string,
  store: Store,
  others: Set<string>,
): Promise<{ run: RunRecord; stage: StageRecord } | null> {
  for await (const run of newestFirst(store)) {
    const stage = run.stages.find((one) => one.name === name);
    if (stage) return { run, stage };
    if (run.name !== null) others.add(run.name);
    for (const other of run.stages) others.add(other.name);
    // An older one of another pipeline is not what is meant.
    if (run.stages.some((one) => isCellOf(one.name, name))) return null;
  }
  return null;
}

function unknown(wanted: string, names: ReadonlySet<string>): Failure {
  const near = nearest(wanted, names);
  const cells = [...names].filter((name) => isCellOf(name, wanted)).slice(0, 10);
  if (cells.length > 0)
    return new Failure('unknown-run', `\`${wanted}\` is the name of several stages`, {
      fix: `name one: ${cells.map((name) => `'${name}'`).join(', ')}`,
    });
  return new Failure('unknown-run', `there is no run and no stage \`${wanted}\``, {
    fix: near ? `did you mean \`${near}\`?` : '`pipe runs` lists the runs, `pipe show RUN` its stages',
  });
}

async function runText(run: RunRecord): Promise<string> {
  const { formatFacts, formatTable } = await import('../ui/table.ts');
  const facts: [string, string][] = [
    ['run', run.name === null ? run.id : `${run.id} (${run.name})`],
    ['command', commandOf(run)],
    ['outcome', `${stateOf(run)} in ${run.seconds.toFixed(1)} s, started ${run.started}`],
    [
      'commit',
      run.git ? `${run.git.commit}${run.git.dirty ? ', with changes that are not committed' : ''}` : '–',
    ],
    ['seed', String(run.seed)],
    ['engine', namesAndValues(run.engine)],
    ['machine', `${run.machine.cpu} × ${run.machine.cpus}, ${run.machine.platform}`],
    ['versions', namesAndValues(run.versions)],
    ['memory', megabytes(run.peakMemory)],
  ];
  const stages = run.stages.map((one) => [
    one.name,
    one.outcome,
    `${one.seconds.toFixed(1)} s`,
    megabytes(one.peakMemory),
    one.summary || (one.error?.split('\n')[0] ?? ''),
    one.reason === 'cached' ? '' : one.reason,
  ]);
  return `${formatFacts(facts)}\n\n${formatTable(['stage', 'outcome', 'time', 'memory', 'result', 'why'], stages)}`;
}

async function stageText(stage: StageRecord, run: RunRecord): Promise<string> {
  const { formatFacts, formatTable } = await import('../ui/table.ts');
  const facts: [string, string][] = [
    ['stage', stage.kind === stage.name ? stage.name : `${stage.name} (${stage.kind})`],
    ['run', `${run.id} of ${withProfile(run.pipeline, run.profile)}`],
    ['outcome', `${stage.outcome} in ${stage.seconds.toFixed(1)} s`],
    ...whyOf(stage),
    ['result', stage.summary || (stage.error ?? '–')],
    ['made from', stage.from.join(', ') || '–'],
    ['engine', stage.engine ? namesAndValues(stage.engine) : '–'],
    ['memory', megabytes(stage.peakMemory)],
    ['fingerprint', stage.fingerprint ?? '–'],
  ];
  const params = [...flatten(stage.params)].map(([path, value]) => [
    path,
    value,
    stage.places[path] ?? 'default',
  ]);
  const values = Object.entries(stage.values).map(([name, value]) => [name, String(value)]);
  const parts = [formatFacts(facts), formatTable(['param', 'value', 'where'], params)];
  if (values.length > 0) parts.push(formatTable(['value', ''], values));
  return parts.join('\n\n');
}

/** Beside the outcome itself, the reason for which it ran would read as that of a failure. */
function whyOf({ outcome, reason }: StageRecord): [string, string][] {
  if (reason === '' || reason === 'cached') return [];
  return [[outcome === 'skipped' ? 'why not' : 'why it ran', reason]];
}

const megabytes = (bytes: number | null): string => (bytes === null ? '' : `${(bytes / 1e6).toFixed(0)} MB`);
