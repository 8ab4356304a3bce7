/** Runs one stage to a stored result: from the cache where it is there, else in a process of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { completeStage } from '../pipeline/resolve.ts';
import type { Fingerprint } from '../plan/fingerprint.ts';
import { epochsOf, findResult, type PlanContext, reasonToRun } from '../plan/plan.ts';
import { fingerprintStage, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { Artifact, EngineOrder, StageOutcome } from '../stages/context.ts';
import type { JsonObject, Kind } from '../stages/kind.ts';
import { runCommand } from './command.ts';
import type { RunEvent } from './events.ts';
import { type HostCallbacks, type HostResult, runStage } from './host.ts';
import type { Forward, StageOrder } from './messages.ts';
import type { Slots } from './slots.ts';
import type { EngineIdentity, PortContent, StoredResult } from './store.ts';

/** What stages compute on: a result is recorded with the identity, their processes get the order and the environment. */
export interface RunEngine {
  readonly identity: EngineIdentity;
  readonly exclusive: boolean;
  readonly order: EngineOrder;
  readonly env: { readonly [name: string]: string };
}

export interface Execution extends PlanContext {
  readonly childFile: string;
  readonly mirrors: readonly string[];
  readonly engine: RunEngine;
  readonly slots: Slots;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly kill: AbortSignal;
  /** Why nothing new may begin (`build failed`), or null. */
  halted(): string | null;
  emit(event: RunEvent): void;
}

export type Executed =
  | {
      readonly type: 'cached' | 'ran';
      readonly result: StoredResult;
      readonly fingerprint: Fingerprint;
      readonly reason: string;
    }
  | { readonly type: 'failed'; readonly diagnostic: Diagnostic; readonly reason: string }
  | { readonly type: 'interrupted' | 'skipped'; readonly reason: string };

export async function executeStage(
  declared: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
): Promise<Executed> {
  const completed = completeStage(declared, (stage, value) => upstream.get(stage)?.values[value]);
  if (!completed.ok)
    return { type: 'failed', diagnostic: completed.diagnostics[0] ?? unknownFailure(declared), reason: '' };
  const stage = completed.value;
  const made = await fingerprintStage(stage, graph, upstream, run);
  const found = await findResult(made, stage, run);
  if (found) return { type: 'cached', result: found, fingerprint: made, reason: 'cached' };
  const reason = await reasonToRun(stage.name, made, run);
  return run.slots.with(async () => {
    const halted = run.halted();
    if (halted !== null) return { type: 'skipped', reason: halted };
    run.emit({ type: 'stage-start', stage: stage.name, reason });
    return runAndStore(stage, graph, upstream, made, reason, run);
  });
}

async function runAndStore(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  made: Fingerprint,
  reason: string,
  run: Execution,
): Promise<Executed> {
  if (run.signal.aborted) return { type: 'interrupted', reason };
  const started = performance.now();
  const work = await run.store.workFolder(stage.name);
  const ended = await host(stage, graph, upstream, made, work, run);
  if (ended.type === 'interrupted') return { type: 'interrupted', reason };
  if (ended.type === 'failed') return { type: 'failed', diagnostic: ended.diagnostic, reason };
  const seconds = (performance.now() - started) / 1000;
  const result = await store(stage, made, work, ended.outcome, ended.forwards, upstream, seconds, run);
  return { type: 'ran', result, fingerprint: made, reason };
}

async function host(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  made: Fingerprint,
  work: string,
  run: Execution,
): Promise<HostResult> {
  const saving: Promise<void>[] = [];
  const callbacks: HostCallbacks = {
    onProgress: (progress) => run.emit({ type: 'stage-progress', stage: stage.name, progress }),
    onLog: (line) => run.emit({ type: 'stage-log', stage: stage.name, line }),
    onCheckpoint: (epoch, folder) => {
      if (made.prefix)
        saving.push(run.store.checkpoints.save(made.prefix, run.engine.identity, epoch, folder));
    },
  };
  const inputs = artifacts(stage, upstream, run);
  const ended =
    stage.kind === 'command'
      ? await runCommand(stage, graph.pipeline.root, inputs, work, callbacks, run)
      : await runStage(
          run.childFile,
          await orderFor(stage, graph, inputs, made, work, run),
          kindOf(stage, run).usesEngine ? { ...run.env, ...run.engine.env } : run.env,
          callbacks,
          run.signal,
          run.kill,
        );
  await Promise.all(saving);
  return ended;
}

async function orderFor(
  stage: GraphStage,
  graph: Graph,
  inputs: StageOrder['inputs'],
  made: Fingerprint,
  work: string,
  run: Execution,
): Promise<StageOrder> {
  const kind = kindOf(stage, run);
  const checkpoint = made.prefix
    ? await run.store.checkpoints.latest(made.prefix, run.engine.identity, epochsOf(stage))
    : null;
  return {
    name: stage.name,
    kind: stage.kind,
    params: stage.params,
    seed: stage.seed ?? graph.pipeline.seed,
    engine: kind.usesEngine ? run.engine.order : null,
    inputs,
    work,
    outputs: Object.keys(kind.outputs(stage.params)),
    downloads: run.store.downloads,
    mirrors: run.mirrors,
    root: graph.pipeline.root,
    checkpoint,
  };
}

/** By param, one artifact a port that is read. */
export function artifacts(
  stage: GraphStage,
  upstream: UpstreamResults,
  run: Pick<Execution, 'store'>,
): { [param: string]: Artifact[] } {
  const inputs: { [param: string]: Artifact[] } = {};
  for (const edge of stage.edges) {
    for (const port of edge.ports) {
      const content = upstream.get(edge.stage)?.ports[port];
      if (!content) throw new Error(`${edge.stage}.${port} has no content`);
      const files = Object.fromEntries(
        Object.entries(content.files).map(([path, ref]) => [path, run.store.objectPath(ref)]),
      );
      const input = { stage: edge.stage, kind: edge.kind, port, type: content.type, files };
      inputs[edge.param] = [...(inputs[edge.param] ?? []), input];
    }
  }
  return inputs;
}

async function store(
  stage: GraphStage,
  made: Fingerprint,
  work: string,
  outcome: StageOutcome,
  forwards: readonly Forward[],
  upstream: UpstreamResults,
  seconds: number,
  run: Execution,
): Promise<StoredResult> {
  const kind = kindOf(stage, run);
  const engine = kind.usesEngine ? run.engine.identity : null;
  await writeFacts(stage, kind, outcome, engine, work);
  const ports: { [port: string]: PortContent } = {};
  for (const [port, { type }] of Object.entries({
    ...kind.outputs(stage.params),
    facts: { type: 'facts' as const },
  })) {
    const written = await run.store.adoptFolder(join(work, port));
    const passed = forwards
      .filter((forward) => forward.port === port)
      .map((forward) => [forward.path, refOf(forward, upstream, run)] as const);
    ports[port] = run.store.portContent(type, { ...written, ...Object.fromEntries(passed) });
    if (Object.keys(ports[port].files).length === 0)
      throw new Failure(
        'no-output',
        `\`${stage.name}\` ended well but left nothing for its output \`${port}\``,
      );
  }
  const result: StoredResult = {
    version: 1,
    engine,
    ports,
    values: outcome.values ?? {},
    summary: outcome.summary,
    facts: outcome.facts ?? {},
    createdBy: run.version,
    seconds,
  };
  await run.store.record(made.hash, stage.kind, made.parts, result);
  return result;
}

/** What reports say of a stage. Its name and description are no part of it: renaming reruns nothing. */
async function writeFacts(
  stage: GraphStage,
  kind: Kind,
  outcome: StageOutcome,
  engine: JsonObject | null,
  work: string,
): Promise<void> {
  const references = new Set(kind.inputs(stage.params).map((port) => port.param));
  const params = Object.fromEntries(Object.entries(stage.params).filter(([name]) => !references.has(name)));
  const versions = Object.fromEntries(
    kind.components(stage.params).map(({ name, version }) => [name, version]),
  );
  const facts = {
    version: 1,
    kind: stage.kind,
    params,
    engine,
    versions,
    facts: outcome.facts ?? {},
    values: outcome.values ?? {},
    summary: outcome.summary,
  };
  await mkdir(join(work, 'facts'), { recursive: true });
  await writeFile(join(work, 'facts', 'facts.json'), `${JSON.stringify(facts, null, 2)}\n`);
}

function refOf(forward: Forward, upstream: UpstreamResults, run: Execution): PortContent['files'][string] {
  for (const result of upstream.values()) {
    for (const port of Object.values(result.ports)) {
      const ref = Object.values(port.files).find(
        (candidate) => run.store.objectPath(candidate) === forward.from,
      );
      if (ref) return ref;
    }
  }
  throw new Error(`${forward.port}/${forward.path} forwards a file that is no input`);
}

function kindOf(stage: GraphStage, run: PlanContext): Kind {
  const kind = run.kinds(stage.kind);
  if (!kind) throw new Error(`unchecked kind ${stage.kind}`);
  return kind;
}

function unknownFailure(stage: GraphStage): Diagnostic {
  return { severity: 'error', code: 'stage-failed', message: `\`${stage.name}\` failed` };
}
