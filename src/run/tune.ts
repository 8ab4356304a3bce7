/**
 * `tune` is coordinated here, in the runner's own process: it asks the oracle what to try, and submits each trial's
 * stages through the same `executeStage` as everything else, so that trials are cached and continued like any training.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { trialGraph } from '../pipeline/trial.ts';
import { findResult, reasonToRun } from '../plan/plan.ts';
import { fingerprintStage, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import { randomPoints } from '../tune/random-search.ts';
import { readSpace } from '../tune/space.ts';
import { type Executed, type Execution, executeStage } from './execute.ts';
import type { PortContent, StoredResult } from './store.ts';

type Point = { readonly [name: string]: number | string };

interface Trial {
  readonly trial: number;
  readonly point: Point;
  readonly objective: number | null;
  /** Why it failed, or null. */
  readonly failed: string | null;
  readonly model: PortContent | null;
  readonly trained: PortContent | null;
}

export async function coordinateTune(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
): Promise<Executed> {
  const made = await fingerprintStage(stage, graph, upstream, run);
  const found = await findResult(made, stage, run);
  if (found) return { type: 'cached', result: found, fingerprint: made, reason: 'cached' };
  const reason = await reasonToRun(stage.name, made, run);
  run.emit({ type: 'stage-start', stage: stage.name, reason });
  const started = performance.now();
  const searched = await search(stage, graph, upstream, run);
  if (searched === 'interrupted') {
    const halted = run.halted();
    return halted === null ? { type: 'interrupted', reason } : { type: 'skipped', reason: halted };
  }
  const best = bestOf(searched, direction(stage));
  if (!best) return { type: 'failed', diagnostic: allFailed(stage, searched), reason };
  const result = await resultOf(stage, searched, best, (performance.now() - started) / 1000, run);
  await run.store.record(made.hash, stage.kind, made.parts, result);
  return { type: 'ran', result, fingerprint: made, reason };
}

async function search(
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
): Promise<Trial[] | 'interrupted'> {
  const { trials: count, maxFailures } = limits(stage);
  const space = readSpace(stage.params.space);
  const points = randomPoints(space, count, stage.seed ?? graph.pipeline.seed).map(plain);
  const trials: Trial[] = [];
  for (const [index, point] of points.entries()) {
    const trial = await tryPoint(index + 1, point, stage, graph, upstream, run);
    if (trial === 'interrupted') return trial;
    trials.push(trial);
    const failures = trials.filter((other) => other.failed !== null).length;
    if (failures > maxFailures)
      throw new Failure(
        'too-many-failures',
        `${failures} trials of \`${stage.name}\` failed, the last because ${trial.failed}`,
        { fix: 'mend the trial, narrow the space, or raise `maxFailures`' },
      );
    run.emit({
      type: 'stage-progress',
      stage: stage.name,
      progress: progressOf(trials, points.length, stage),
    });
  }
  return trials;
}

async function tryPoint(
  number: number,
  point: Point,
  stage: GraphStage,
  graph: Graph,
  upstream: UpstreamResults,
  run: Execution,
): Promise<Trial | 'interrupted'> {
  const none = { trial: number, point, objective: null, model: null, trained: null };
  const made = trialGraph(stage, graph, point);
  if (!made.ok) return { ...none, failed: made.diagnostics[0]?.message ?? 'it could not be read' };
  const results: UpstreamResults = new Map(upstream);
  for (const step of made.value.order) {
    const executed = await executeStage(step, made.value, results, insideTrial(run, stage.name, number));
    if (executed.type === 'failed') return { ...none, failed: executed.diagnostic.message };
    if (!('result' in executed)) return 'interrupted';
    results.set(step.name, executed.result);
  }
  return judged(none, made.value, results, stage);
}

/** The trial's last training is judged; `bestModel` is what that training started from. */
function judged(
  none: Omit<Trial, 'failed'>,
  trial: Graph,
  results: UpstreamResults,
  stage: GraphStage,
): Trial {
  const last = trial.order.findLast((step) => step.kind === 'train');
  if (!last) return { ...none, failed: 'it has no stage of kind train' };
  const from = last.edges.find((edge) => edge.param === 'model');
  const result = results.get(last.name);
  const objective = result?.values[metric(stage)];
  if (typeof objective !== 'number' || Number.isNaN(objective))
    return { ...none, failed: `its training gave no ${metric(stage)}` };
  const model = from ? results.get(from.stage)?.ports[from.ports[0] ?? ''] : undefined;
  return { ...none, objective, failed: null, model: model ?? null, trained: result?.ports.trained ?? null };
}

/** A trial's stages speak as the tune stage: their progress is shown there, their ends are its own business. */
function insideTrial(run: Execution, tune: string, number: number): Execution {
  return {
    ...run,
    emit: (event) => {
      if (event.type === 'stage-progress')
        run.emit({
          ...event,
          stage: tune,
          progress: { ...event.progress, show: { trial: String(number), ...event.progress.show } },
        });
      else if (event.type === 'stage-log') run.emit({ ...event, stage: tune });
    },
  };
}

async function resultOf(
  stage: GraphStage,
  trials: readonly Trial[],
  best: Trial,
  seconds: number,
  run: Execution,
): Promise<StoredResult> {
  const work = await run.store.workFolder(stage.name);
  const folder = join(work, 'trials');
  const rows = trials.map(({ trial, point, objective, failed }) => ({ trial, ...point, objective, failed }));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'trials.json'),
    `${JSON.stringify({ version: 1, objective: stage.params.objective, best: best.trial, trials: rows }, null, 2)}\n`,
  );
  await writeFile(join(folder, 'trials.csv'), csv(rows));
  const facts = {
    version: 1,
    kind: 'tune',
    params: { search: stage.params.search, objective: stage.params.objective, space: stage.params.space },
    engine: null,
    versions: {},
    facts: {},
    values: best.point,
    summary: '',
  };
  await mkdir(join(work, 'facts'), { recursive: true });
  await writeFile(join(work, 'facts', 'facts.json'), `${JSON.stringify(facts, null, 2)}\n`);
  if (!best.model || !best.trained) throw new Error('a judged trial has a model');
  const ports = {
    bestModel: best.model,
    bestTrained: best.trained,
    trials: run.store.portContent('trials', await run.store.adoptFolder(folder)),
    facts: run.store.portContent('facts', await run.store.adoptFolder(join(work, 'facts'))),
  };
  await run.store.removeWork(work);
  const values = {
    ...Object.fromEntries(Object.entries(best.point).map(([name, value]) => [`best.${name}`, value])),
    'best.objective': best.objective ?? Number.NaN,
  };
  return {
    version: 1,
    engine: null,
    ports,
    values,
    summary: summary(trials, best, stage),
    facts: {},
    createdBy: run.version,
    seconds,
  };
}

function csv(rows: readonly { readonly [column: string]: number | string | null }[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (value: number | string | null | undefined): string =>
    /[",\n]/.test(String(value ?? ''))
      ? JSON.stringify(String(value)).replaceAll('\\"', '""')
      : String(value ?? '');
  return `${[columns, ...rows.map((row) => columns.map((column) => row[column]))].map((line) => line.map(cell).join(',')).join('\n')}\n`;
}

function summary(trials: readonly Trial[], best: Trial, stage: GraphStage): string {
  const failed = trials.filter((trial) => trial.failed !== null).length;
  const values = Object.entries(best.point).map(([name, value]) => `${name} ${value}`);
  return `${trials.length} trials${failed > 0 ? ` (${failed} failed)` : ''}, best ${metric(stage)} ${best.objective?.toFixed(4)}: ${values.join(', ')}`;
}

function progressOf(
  trials: readonly Trial[],
  total: number,
  stage: GraphStage,
): { unit: string; done: number; total: number; show: { [label: string]: string } } {
  const best = bestOf(trials, direction(stage));
  return {
    unit: 'trial',
    done: trials.length,
    total,
    show: best ? { best: best.objective?.toFixed(4) ?? '' } : {},
  };
}

/** The first of equals, so that more trials never change the winner without beating it. */
function bestOf(trials: readonly Trial[], better: 1 | -1): Trial | null {
  let best: Trial | null = null;
  for (const trial of trials) {
    if (trial.objective === null) continue;
    if (best?.objective == null || better * trial.objective > better * best.objective) best = trial;
  }
  return best;
}

function plain(point: { readonly [name: string]: number | string | boolean }): Point {
  return Object.fromEntries(
    Object.entries(point).flatMap(([name, value]) => (typeof value === 'boolean' ? [] : [[name, value]])),
  );
}

function objectiveOf(stage: GraphStage): [string, string] {
  const objective = stage.params.objective;
  const [entry] = typeof objective === 'object' && objective !== null ? Object.entries(objective) : [];
  return entry ? [entry[0], String(entry[1])] : ['maximize', 'valAccuracy'];
}
const direction = (stage: GraphStage): 1 | -1 => (objectiveOf(stage)[0] === 'minimize' ? -1 : 1);
const metric = (stage: GraphStage): string => objectiveOf(stage)[1];

function limits(stage: GraphStage): { trials: number; maxFailures: number } {
  const { search: how, maxFailures } = stage.params;
  const random = typeof how === 'object' && how !== null && 'random' in how ? how.random : null;
  const trials =
    typeof random === 'object' && random !== null && 'trials' in random ? Number(random.trials) : 1;
  return { trials, maxFailures: typeof maxFailures === 'number' ? maxFailures : 0 };
}

function allFailed(stage: GraphStage, trials: readonly Trial[]): Diagnostic {
  return {
    severity: 'error',
    code: 'no-trial-worked',
    message: `no trial of \`${stage.name}\` worked; the first failed because ${trials[0]?.failed}`,
    place: stage.place,
  };
}
