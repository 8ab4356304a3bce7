import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { openCache } from '../cache/cache.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readGit } from '../experiments/git.ts';
import { endRecord, repeated, startRecord } from '../experiments/make-record.ts';
import type { RunRecord } from '../experiments/record.ts';
import type { EngineChoice } from '../nn/engines.ts';
import { withProfile } from '../pipeline/profile.ts';
import type { Change } from '../plan/changes.ts';
import type { DecideContext } from '../plan/decide.ts';
import type { RunEvent, StageOutcomeName } from '../run/events.ts';
import { Hosts } from '../run/hosts.ts';
import type { Finished, RunOptions } from '../run/run.ts';
import { Slots } from '../run/slots.ts';
import type { Store } from '../run/store.ts';
import type { Opened } from './context.ts';
import { listenForInterrupts } from './interrupt.ts';
import type { SelectFlags } from './open.ts';
import { printJson, refuse, together, wantsColor } from './output.ts';
import { readSettings, type Settings } from './settings.ts';
import { findUnchanged, rememberDone, type Unchanged } from './unchanged.ts';
import { version } from './version.ts';

export interface RunFlags extends SelectFlags {
  readonly dryRun?: boolean;
  readonly jobs?: string;
  readonly keepGoing?: boolean;
  /** Milliseconds. */
  readonly maxTime?: number;
  readonly name?: string;
  readonly verbose?: boolean;
  /** Its cache is removed when it has ended; no flag of the command line. */
  readonly passing?: boolean;
  /** What is wrong with the file is told as JSON, whatever else is; no flag of the command line. */
  readonly refusesInJson?: boolean;
}

const exitCodes = { done: 0, failed: 1, interrupted: 130 } as const;

export async function run(file: string, flags: RunFlags): Promise<number> {
  if (flags.dryRun) return (await import('./plan.ts')).plan(file, [], flags);
  const started = new Date();
  const settings = readSettings(flags, dirname(resolve(file)));
  // Asked first: git answers while all else is looked at.
  const git = readGit(settings.root);
  const reporter = await makeReporter(flags);
  const call = { flags, settings, started, git };
  const { cacheFolder } = settings;
  const store = existsSync(cacheFolder) ? await openCache(cacheFolder) : undefined;
  const unchanged = store && (await findUnchanged(file, flags, settings, store));
  if (unchanged) return tellUnchanged(unchanged, store, call, reporter);
  const hosts = new Hosts(settings.childFile);
  // The first stage's process gets ready while the file is read.
  hosts.prepare(settings.env);
  return runChanged(file, store, hosts, call, reporter).finally(() => hosts.close());
}

async function runChanged(
  file: string,
  store: Store | undefined,
  hosts: Hosts,
  call: Call,
  reporter: Reporter,
): Promise<number> {
  const { flags } = call;
  // Reading a file takes a parser and schemas: loaded when there is something to read.
  const { openFile } = await import('./open.ts');
  const opened = await openFile(file, flags, store);
  const told = { json: flags.json === true || flags.refusesInJson === true };
  if (!opened.ok) return refuse(opened.diagnostics, told);
  const missing = await missingBefore(opened.value);
  if (missing.length > 0) return refuse(missing, told);
  const { graph, engine } = opened.value;
  const interrupts = listenForInterrupts((line) => reporter.note(line), flags.maxTime ?? null);
  const recorder = makeRecorder(opened.value, call);
  const emit = (event: RunEvent): void => {
    recorder.onEvent(event);
    reporter.emit(event);
  };
  const options = runOptions(opened.value, hosts, flags, emit, interrupts);
  const stages = graph.order.map((stage) => stage.name);
  reporter.emit(startOf(graph.pipeline.name, graph.pipeline.profile, stages, engine));
  const { runGraph } = await import('../run/run.ts');
  const finished = await runGraph(graph, options).finally(() => interrupts.stopListening());
  const record = await recorder.end(finished).catch((error: unknown) => {
    reporter.close();
    throw error;
  });
  await rememberDone(file, flags, opened.value, finished, record);
  return conclude(record, call, reporter);
}

/** What a run has from its call. */
interface Call {
  readonly flags: RunFlags;
  readonly settings: Settings;
  readonly started: Date;
  readonly git: ReturnType<typeof readGit>;
}

/** Tells of a run in which nothing has changed what it would tell of it if it looked again. */
async function tellUnchanged(
  { record, engine }: Unchanged,
  store: Store,
  call: Call,
  reporter: Reporter,
): Promise<number> {
  const { flags, started, git } = call;
  const names = record.stages.map(({ name }) => name);
  together(() => {
    reporter.emit(startOf(record.pipeline, record.profile, names, engine));
    for (const { name: stage, outcome, seconds, summary, reason } of record.stages)
      reporter.emit({ type: 'stage-end', stage, outcome, seconds, summary, reason });
  });
  const seconds = (Date.now() - started.getTime()) / 1000;
  const now = repeated(record, { name: flags.name ?? null, version, started }, seconds, await git);
  await store.runs.write(now.id, now);
  return conclude(now, call, reporter);
}

function startOf(
  pipeline: string,
  profile: string | null,
  stages: readonly string[],
  engine: EngineChoice,
): RunEvent {
  return {
    type: 'run-start',
    pipeline,
    profile,
    stages,
    engine: engine.name,
    engineReason: engine.reason,
  };
}

function conclude(record: RunRecord, { flags, settings }: Call, reporter: Reporter): number {
  const { id, outcome, seconds, pipeline, profile, stages } = record;
  if (outcome === 'running') throw new Error('the run goes on');
  const outputs = flags.passing ? null : `${settings.cacheFolder}/out/${withProfile(pipeline, profile)}`;
  reporter.emit({ type: 'run-end', outcome, seconds, counts: count(stages), record: id, outputs });
  reporter.close();
  return exitCodes[outcome];
}

/** What --from leaves to the cache and is not there, what the engine could not compute, and files that are not there. */
async function missingBefore({ graph, given, context, engine }: Opened): Promise<readonly Diagnostic[]> {
  const [{ lackedBy }, { missingInputs }] = await Promise.all([
    import('../pipeline/engine-needs.ts'),
    import('../plan/input-files.ts'),
  ]);
  const mayLack = [...lackedBy(engine, graph), ...missingInputs(graph)];
  if (given.size === 0 && mayLack.length === 0) return [];
  const [{ makePlan }, { notCached }, { lackingToRun, missingToRun }] = await Promise.all([
    import('../plan/plan.ts'),
    import('../plan/select.ts'),
    import('../plan/lacking.ts'),
  ]);
  const plan = await makePlan(graph, context);
  return [...notCached(plan, { given }), ...lackingToRun(plan, engine), ...missingToRun(plan)];
}

interface Recorder {
  /** The record is there from the first stage that starts: a run that dies has one, too. */
  onEvent(event: RunEvent): void;
  /** Writes the whole record. */
  end(finished: Finished): Promise<RunRecord>;
}

/** What distinguishes each stage from the run before. */
async function changesOf(
  finished: Finished,
  context: DecideContext,
): Promise<Map<string, readonly Change[]>> {
  const changes = new Map<string, readonly Change[]>();
  // Where nothing ran, nothing is to be told.
  if (finished.stages.every(({ outcome }) => outcome === 'cached')) return changes;
  const { sinceLastResult } = await import('../plan/decide.ts');
  for (const { stage, executed } of finished.stages) {
    if (!executed || !('result' in executed)) continue;
    const since = await sinceLastResult(stage, executed.fingerprint, executed.result, context);
    if (since?.type === 'changed') changes.set(stage.name, since.changes);
  }
  return changes;
}

function makeRecorder({ graph, store, engine, context }: Opened, call: Call): Recorder {
  const { flags, settings, started, git } = call;
  const { name = null, set: sets = [], until = [] } = flags;
  const engineAsked = settings.engine ?? undefined;
  const asked = { name, sets, until, engineAsked };
  const begun = startRecord({ graph, ...asked, engine: engine.identity, version, started });
  let written: Promise<void> | null = null;
  return {
    onEvent: (event) => {
      // It serves a run that dies; a disk that refuses it refuses the whole record at the end, and is told of then.
      if (event.type === 'stage-start') written ??= store.runs.write(begun.id, begun).catch(() => {});
    },
    end: async (finished) => {
      await written;
      const changes = await changesOf(finished, context);
      const record = endRecord(begun, graph, finished, await git, changes);
      await store.runs.write(record.id, record);
      return record;
    },
  };
}

function runOptions(
  opened: Opened,
  hosts: Hosts,
  flags: RunFlags,
  emit: (event: RunEvent) => void,
  stop: { signal: AbortSignal; kill: AbortSignal },
): RunOptions {
  const { graph, store, settings, engine, context } = opened;
  return {
    ...context,
    hosts,
    env: settings.env,
    mirrors: settings.mirrors,
    engine: { ...context.engine, order: engine.order, env: engine.env },
    slots: new Slots(settings.resources),
    version,
    signal: stop.signal,
    kill: stop.kill,
    emit,
    keepGoing: flags.keepGoing ?? false,
    bringOut: (stage, executed) =>
      store.bringOut(graph.pipeline.name, graph.pipeline.profile, stage.name, executed.result.ports),
    coordinates: (kind) => kind === 'tune',
    coordinate: async (...args) => (await import('../run/tune/coordinate.ts')).coordinateTune(...args),
  };
}

interface Reporter {
  emit(event: RunEvent): void;
  note(line: string): void;
  close(): void;
}

async function makeReporter(flags: RunFlags): Promise<Reporter> {
  if (flags.json) return { emit: printJson, note: () => {}, close: () => {} };
  const { createReporter } = await import('../ui/progress.ts');
  const { CI, TERM } = process.env;
  const interactive = process.stderr.isTTY === true && !CI && TERM !== 'dumb';
  const view = createReporter({
    stream: process.stderr,
    color: wantsColor(process.stderr),
    interactive,
    verbose: flags.verbose ?? false,
  });
  return {
    emit: (event) => view.onEvent(event),
    note: (line) => view.note(line),
    close: () => view.close(),
  };
}

function count(stages: RunRecord['stages']): { [outcome in StageOutcomeName]: number } {
  const counts = { cached: 0, ran: 0, failed: 0, skipped: 0, interrupted: 0 };
  for (const { outcome } of stages) counts[outcome]++;
  return counts;
}
