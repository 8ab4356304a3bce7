/** One try of a stage: a folder to work in, a process, and the result stored when it ended well. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { lineage } from '../plan/lineage.ts';
import { kindOf, showsStages } from '../plan/stage-fingerprint.ts';
import type { Artifact } from '../stages/context.ts';
import { changedModule, changedOutside } from './changed.ts';
import { runCommand } from './command.ts';
import type { Executed, Execution, Job } from './execute.ts';
import { type Hearing, type HostCallbacks, type HostResult, runStage } from './host.ts';
import { type Log, makeLog } from './log.ts';
import type { StageOrder } from './messages.ts';
import type { Stopping } from './process.ts';
import { storeResult } from './result.ts';
import { asDiagnostic, limited, tookTooLong } from './tries.ts';

export interface Try extends Hearing {
  /** The folder it works in. */
  readonly work: string;
}

/** `checkpoint`: what a training goes on from. `makeRoom`: lets the next stage begin, while the result of this one is stored. */
export async function carryOut(
  job: Job,
  checkpoint: StageOrder['checkpoint'],
  run: Execution,
  makeRoom: () => void,
): Promise<Executed> {
  const { stage, made, reason } = job;
  const started = performance.now();
  const work = await run.store.workFolder();
  const log = makeLog(`${work}.log`, (line) => run.emit({ type: 'stage-log', stage: stage.name, line }));
  const stopping = limited(run, stage.policy.timeoutMs);
  try {
    const other = await changedModule(job, run);
    if (other) return failed(other, job, log, run);
    const ended = await host(job, checkpoint, work, log, stopping, run);
    if (ended.type === 'interrupted' && !stopping.timedOut()) return { type: 'interrupted', reason };
    if (ended.type === 'interrupted') return failed(tookTooLong(stage, log.tail()), job, log, run);
    if (ended.type === 'failed') return failed(ended.diagnostic, job, log, run);
    const changed = await changedOutside(job, run);
    if (changed) return failed(changed, job, log, run);
    const seconds = (performance.now() - started) / 1000;
    makeRoom();
    const result = await storeResult(job, work, ended, seconds, run);
    const continuedFrom = checkpoint?.epoch ?? null;
    return { type: 'ran', result, fingerprint: made, reason, continuedFrom };
  } catch (error) {
    return failed(asDiagnostic(error, stage), job, log, run);
  } finally {
    stopping.clear();
    await run.store.removeWork(work);
  }
}

/** What the last lines alone may not explain. */
const logged = new Set<string>(['stage-failed', 'stage-killed', 'stage-crashed', 'stage-timeout']);

async function failed(diagnostic: Diagnostic, job: Job, log: Log, run: Execution): Promise<Executed> {
  const { pipeline } = job.graph;
  const kept = await run.store.keepLog(pipeline.name, pipeline.profile, job.stage.name, log.file);
  const told =
    kept === null || !logged.has(diagnostic.code)
      ? diagnostic
      : { ...diagnostic, message: `${diagnostic.message}\n  its whole log is ${kept}` };
  return { type: 'failed', diagnostic: told, reason: job.reason };
}

async function host(
  job: Job,
  checkpoint: StageOrder['checkpoint'],
  work: string,
  log: Log,
  stopping: Stopping,
  run: Execution,
): Promise<HostResult> {
  const { stage, made } = job;
  const saving: Promise<void>[] = [];
  const callbacks: HostCallbacks = {
    onProgress: (progress) => run.emit({ type: 'stage-progress', stage: stage.name, progress }),
    onLog: (line) => log.add(line),
    onStart: (pid) => run.store.noteGroup(pid),
    onCheckpoint: (epoch, folder) => {
      if (made.prefix)
        saving.push(run.store.checkpoints.save(made.prefix, run.engine.identity, epoch, folder));
    },
  };
  const inputs = artifacts(job, run);
  const ended =
    stage.kind === 'command'
      ? await runCommand(job, inputs, { work, log, stopping, callbacks }, run)
      : await runStage(
          run.hosts,
          orderFor(job, checkpoint, inputs, work, run),
          kindOf(stage, run).usesEngine ? { ...run.env, ...run.engine.env } : run.env,
          { log, callbacks, stopping },
        );
  await Promise.all(saving);
  return ended;
}

function orderFor(
  { stage, graph }: Job,
  checkpoint: StageOrder['checkpoint'],
  inputs: StageOrder['inputs'],
  work: string,
  run: Execution,
): StageOrder {
  const kind = kindOf(stage, run);
  return {
    name: stage.name,
    kind: stage.kind,
    module: kind.module ?? null,
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
    lineage: showsStages(kind, stage.params) ? lineage(stage, graph) : [],
  };
}

/** By param, one artifact a port that is read. */
function artifacts({ stage, upstream }: Job, run: Execution): { [param: string]: Artifact[] } {
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
