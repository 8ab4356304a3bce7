/** A run becomes its record: once when its first stage starts, and again when it has ended. */
import { randomInt } from 'node:crypto';
import { cpus, hostname, totalmem } from 'node:os';
import { relative, resolve } from 'node:path';
import type { Graph, GraphStage, Pipeline } from '../pipeline/pipeline.ts';
import type { Change } from '../plan/changes.ts';
import { flatten } from '../plan/flatten.ts';
import type { Finished, FinishedStage } from '../run/run.ts';
import type { JsonObject } from '../stages/kind.ts';
import type { Git, Machine, RunRecord, StageRecord } from './record.ts';

export interface RunFacts {
  readonly graph: Graph;
  readonly name: string | null;
  readonly sets: readonly string[];
  readonly until: readonly string[];
  readonly engineAsked?: string | undefined;
  readonly engine: JsonObject;
  readonly version: string;
  readonly started: Date;
}

/** The record of a run that goes on; it stays when the process dies. */
export function startRecord(facts: RunFacts): RunRecord {
  const { graph, sets, until, engine, engineAsked } = facts;
  const { pipeline } = graph;
  const { text, bases } = textsOf(pipeline);
  return {
    version: 1,
    ...ownOf(facts),
    pipeline: pipeline.name,
    file: fromRoot(pipeline.file, pipeline.root),
    profile: pipeline.profile,
    sets,
    ...(until.length > 0 ? { until } : {}),
    ...(engineAsked === undefined ? {} : { engineAsked }),
    text,
    bases,
    seed: pipeline.seed,
    outcome: 'running',
    seconds: 0,
    engine,
    git: null,
    peakMemory: null,
    process: { pid: process.pid, host: hostname() },
    stages: [],
  };
}

/** Its own, and those of the files that it builds on. */
function textsOf({ file, root, sources }: Pipeline): Required<Pick<RunRecord, 'text' | 'bases'>> {
  const { [file]: text = '', ...others } = sources;
  return {
    text,
    bases: Object.fromEntries(Object.entries(others).map(([base, own]) => [fromRoot(base, root), own])),
  };
}

/** The same path from wherever a command is called. */
const fromRoot = (file: string, root: string): string => relative(root, resolve(file));

/** `changes`: what distinguishes each stage from the run before. */
export function endRecord(
  started: RunRecord,
  graph: Graph,
  finished: Finished,
  git: Git | null,
  changes: ReadonlyMap<string, readonly Change[]>,
): RunRecord {
  const { root, seed } = graph.pipeline;
  return {
    ...started,
    outcome: finished.outcome,
    seconds: finished.seconds,
    git,
    peakMemory: peakMemory(),
    process: null,
    stages: finished.stages.map((stage) => ({
      ...stageRecord(stage, root, seed),
      changes: changes.get(stage.stage.name) ?? [],
    })),
  };
}

/** Of a run that would find every result of this one. */
export function asCached(record: RunRecord): RunRecord {
  const found = {
    outcome: 'cached',
    reason: 'cached',
    seconds: 0,
    continuedFrom: null,
    changes: [],
  } as const;
  return { ...record, stages: record.stages.map((stage) => ({ ...stage, ...found })) };
}

/** The record of a run that found all that another one found. */
export function repeated(record: RunRecord, facts: OwnFacts, seconds: number, git: Git | null): RunRecord {
  return { ...record, ...ownOf(facts), seconds, git, peakMemory: peakMemory() };
}

type OwnFacts = Pick<RunFacts, 'name' | 'version' | 'started'>;

/** What a run has of its own, whatever it finds. */
function ownOf({
  name,
  version,
  started,
}: OwnFacts): Pick<RunRecord, 'id' | 'name' | 'started' | 'machine' | 'versions'> {
  return {
    id: idOf(started),
    name,
    started: started.toISOString(),
    machine: machine(),
    versions: { pipe: version, node: process.version },
  };
}

const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

function machine(): Machine {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: processors[0]?.model ?? 'unknown',
    cpus: processors.length,
    memory: totalmem(),
  };
}

function stageRecord(finished: FinishedStage, root: string, seed: number): StageRecord {
  const { stage, outcome, reason, seconds, executed } = finished;
  const done = executed && 'result' in executed ? executed : null;
  const ports = Object.entries(done?.result.ports ?? {}).map(([port, content]) => [port, content.digest]);
  return {
    name: stage.name,
    kind: stage.kind,
    cell: stage.cell,
    seed: stage.seed ?? seed,
    outcome,
    reason,
    seconds,
    ...(done?.result.timing ? { timing: done.result.timing } : {}),
    fingerprint: done?.fingerprint.hash ?? null,
    params: stage.params,
    places: placesOf(stage, root),
    from: stage.dependsOn,
    values: done?.result.values ?? {},
    summary: done?.result.summary ?? '',
    engine: done?.result.engine ?? null,
    ports: Object.fromEntries(ports),
    peakMemory: done?.result.peakMemory ?? null,
    continuedFrom: done?.continuedFrom ?? null,
    error: executed?.type === 'failed' ? executed.diagnostic.message : null,
  };
}

/** Of the params that are written down; a default has no place. */
export function placesOf(stage: GraphStage, root: string): { [param: string]: string } {
  const written = flatten(stage.withoutDefaults(stage.params)).keys();
  return Object.fromEntries(
    [...written].map((path) => {
      const { file, line, column } = stage.placeOf(path);
      // What stands on the command line has no line.
      return [path, file.startsWith('--') ? file : `${relative(root, file)}:${line}:${column}`];
    }),
  );
}

/** `20261124-231514-ab89`. Ids sort by their time, to the millisecond: `last` is the last run, however soon it came after another. */
export function idOf(date: Date): string {
  const seconds = date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const withinSecond = date.getMilliseconds() * idsInMillisecond + randomInt(idsInMillisecond);
  return `${seconds}-${withinSecond.toString(16).padStart(4, '0')}`;
}

/** As many as four hexadecimal digits have room for. */
const idsInMillisecond = 65;
