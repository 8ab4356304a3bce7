/** Plan → Run: walks the graph, stage by stage as their inputs arrive, telling what happens. */
import { PGraph } from 'p-graph';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import type { UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { StageOutcomeName } from './events.ts';
import { type Executed, type Execution, executeStage } from './execute.ts';
import { asDiagnostic } from './tries.ts';

export interface RunOptions extends Omit<Execution, 'halted'> {
  /** Go on with what does not depend on a failed stage. */
  readonly keepGoing: boolean;
  readonly bringOut: (stage: GraphStage, executed: Extract<Executed, { result: unknown }>) => Promise<void>;
  /** Is this kind coordinated here instead of run in a process? `tune` is. */
  readonly coordinates: (kind: string) => boolean;
  readonly coordinate: (
    stage: GraphStage,
    graph: Graph,
    upstream: UpstreamResults,
    run: Execution,
  ) => Promise<Executed>;
}

export interface FinishedStage {
  readonly stage: GraphStage;
  readonly outcome: StageOutcomeName;
  readonly reason: string;
  readonly seconds: number;
  readonly executed: Executed | null;
}

export interface Finished {
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly seconds: number;
  readonly stages: readonly FinishedStage[];
}

export async function runGraph(graph: Graph, options: RunOptions): Promise<Finished> {
  const started = performance.now();
  const finished = new Map<string, FinishedStage>();
  const upstream: UpstreamResults = new Map();
  const nodes = new Map(
    graph.order.map((stage) => [stage.name, { run: () => step(stage, graph, upstream, finished, options) }]),
  );
  const edges = graph.order.flatMap((stage) =>
    stage.dependsOn.map((name): [string, string] => [name, stage.name]),
  );
  // Every step handles its own failure, so p-graph never sees one and every stage gets an outcome.
  await new PGraph(nodes, edges).run();
  const stages = graph.order.flatMap((stage) => finished.get(stage.name) ?? []);
  return {
    outcome: outcomeOf(stages, options.signal),
    seconds: (performance.now() - started) / 1000,
    stages,
  };
}

async function step(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  finished: Map<string, FinishedStage>,
  options: RunOptions,
): Promise<void> {
  const started = performance.now();
  const blocked = whatStops(stage, finished, options);
  const executed = blocked === null ? await attempt(stage, graph, upstream, finished, options) : null;
  // The stage's own time, not what it waited for a slot.
  const seconds = executed?.type === 'ran' ? executed.result.seconds : (performance.now() - started) / 1000;
  const outcome: StageOutcomeName = executed
    ? executed.type
    : options.signal.aborted
      ? 'interrupted'
      : 'skipped';
  const reason = executed?.reason ?? blocked ?? '';
  if (executed && 'result' in executed) upstream.set(stage.name, executed.result);
  finished.set(stage.name, { stage, outcome, reason, seconds, executed });
  const diagnostic =
    executed?.type === 'failed' ? { diagnostic: { place: stage.place, ...executed.diagnostic } } : {};
  const summary = executed && 'result' in executed ? executed.result.summary : '';
  options.emit({ type: 'stage-end', stage: stage.name, outcome, seconds, summary, reason, ...diagnostic });
}

function whatStops(
  stage: GraphStage,
  finished: ReadonlyMap<string, FinishedStage>,
  options: RunOptions,
): string | null {
  if (options.signal.aborted) return 'interrupted';
  const missing = stage.dependsOn.find(
    (name) => !['cached', 'ran'].includes(finished.get(name)?.outcome ?? ''),
  );
  return missing === undefined ? failureThatStops(finished, options) : `waits for ${missing}`;
}

function failureThatStops(finished: ReadonlyMap<string, FinishedStage>, options: RunOptions): string | null {
  const failed = [...finished.values()].find((other) => other.outcome === 'failed');
  return failed && !options.keepGoing ? `${failed.stage.name} failed` : null;
}

async function attempt(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  finished: ReadonlyMap<string, FinishedStage>,
  options: RunOptions,
): Promise<Executed> {
  try {
    const run = { ...options, halted: () => failureThatStops(finished, options) };
    const execute = options.coordinates(stage.kind) ? options.coordinate : executeStage;
    const executed = await execute(stage, graph, upstream, run);
    if ('result' in executed) await options.bringOut(stage, executed);
    return executed;
  } catch (error) {
    return { type: 'failed', diagnostic: asDiagnostic(error, stage), reason: '' };
  }
}

function outcomeOf(stages: readonly FinishedStage[], signal: AbortSignal): Finished['outcome'] {
  if (signal.aborted) return 'interrupted';
  return stages.some((stage) => stage.outcome === 'failed') ? 'failed' : 'done';
}
