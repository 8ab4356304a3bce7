import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import type { RunRecord, StageRecord } from '../experiments/record.ts';
import type { RunEvent } from '../run/events.ts';
import { type Finished, type FinishedStage, type RunOptions, runGraph } from '../run/run.ts';
import { Slots } from '../run/slots.ts';
import { coordinateTune } from '../run/tune/coordinate.ts';
import type { JsonObject } from '../stages/kind.ts';
import { listenForInterrupts } from './interrupt.ts';
import type { CommonFlags } from './main.ts';
import { type Opened, openFile } from './open.ts';
import { printJson, talk, wantsColor } from './output.ts';
import { version } from './version.ts';

export interface RunFlags extends CommonFlags {
  readonly jobs?: string;
  readonly keepGoing?: boolean;
  /** Milliseconds. */
  readonly maxTime?: number;
}

const exitCodes = { done: 0, failed: 1, interrupted: 130 } as const;

export async function run(file: string, flags: RunFlags): Promise<number> {
  const opened = await openFile(file, flags);
  if (!opened.ok) {
    (await talk()).diagnostics(opened.diagnostics);
    return 2;
  }
  const { graph, engine } = opened.value;
  const reporter = await makeReporter(flags);
  const started = new Date();
  const interrupts = listenForInterrupts((line) => reporter.note(line), flags.maxTime ?? null);
  const options = runOptions(opened.value, flags, reporter.emit, interrupts);
  reporter.emit({
    type: 'run-start',
    pipeline: graph.pipeline.name,
    profile: graph.pipeline.profile,
    stages: graph.order.map((stage) => stage.name),
    engine: engine.name,
    engineReason: engine.reason,
  });
  const finished = await runGraph(graph, options).finally(() => interrupts.stopListening());
  const record = makeRecord(opened.value, flags, finished, started);
  await opened.value.store.runs.write(record.id, toJson(record)).catch((error: unknown) => {
    reporter.close();
    throw error;
  });
  const { pipeline } = graph;
  const outputs = `${opened.value.settings.cacheFolder}/out/${pipeline.name}${pipeline.profile === null ? '' : `@${pipeline.profile}`}`;
  reporter.emit({
    type: 'run-end',
    outcome: finished.outcome,
    seconds: finished.seconds,
    counts: count(finished.stages),
    record: record.id,
    outputs,
  });
  reporter.close();
  return exitCodes[finished.outcome];
}

function runOptions(
  opened: Opened,
  flags: RunFlags,
  emit: (event: RunEvent) => void,
  stop: { signal: AbortSignal; kill: AbortSignal },
): RunOptions {
  const { graph, store, settings, engine, context } = opened;
  return {
    ...context,
    childFile: settings.childFile,
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
    coordinate: coordinateTune,
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
  const interactive = process.stderr.isTTY === true && process.env.CI === undefined;
  const view = createReporter({ stream: process.stderr, color: wantsColor(process.stderr), interactive });
  return {
    emit: (event) => view.onEvent(event),
    note: (line) => process.stderr.write(`${line}\n`),
    close: () => view.close(),
  };
}

function makeRecord(opened: Opened, flags: RunFlags, finished: Finished, started: Date): RunRecord {
  const { pipeline } = opened.graph;
  const processors = cpus();
  return {
    version: 1,
    id: `${stampOf(started)}-${randomBytes(2).toString('hex')}`,
    pipeline: pipeline.name,
    file: pipeline.file,
    profile: pipeline.profile,
    sets: flags.set ?? [],
    text: pipeline.text,
    seed: pipeline.seed,
    outcome: finished.outcome,
    started: started.toISOString(),
    seconds: finished.seconds,
    engine: opened.engine.identity,
    machine: {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      cpu: processors[0]?.model ?? 'unknown',
      cpus: processors.length,
    },
    versions: { pipe: version },
    stages: finished.stages.map(stageRecord),
  };
}

function stageRecord({ stage, outcome, reason, seconds, executed }: FinishedStage): StageRecord {
  const done = executed && 'result' in executed ? executed : null;
  const ports = Object.fromEntries(
    Object.entries(done?.result.ports ?? {}).map(([port, content]) => [port, content.digest]),
  );
  return {
    name: stage.name,
    kind: stage.kind,
    outcome,
    reason,
    seconds,
    ...(done?.result.timing ? { timing: done.result.timing } : {}),
    fingerprint: done?.fingerprint.hash ?? null,
    params: stage.params,
    values: done?.result.values ?? {},
    summary: done?.result.summary ?? '',
    engine: done?.result.engine ?? null,
    ports,
  };
}

function count(stages: readonly FinishedStage[]): { [outcome in FinishedStage['outcome']]: number } {
  const counts = { cached: 0, ran: 0, failed: 0, skipped: 0, interrupted: 0 };
  for (const { outcome } of stages) counts[outcome]++;
  return counts;
}

/** 2026-11-24T09:30:15Z → 20261124-093015. */
function stampOf(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function toJson(record: RunRecord): JsonObject {
  return JSON.parse(JSON.stringify(record));
}
