/**
 * A stage's process: takes an order, runs the kind's `stage.ts`, tells how it went, and waits for another or ends. Or it
 * starts programs, side by side.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import { systemDiagnostic } from '../diagnostics/system.ts';
import type { Artifact, RunStage, StageContext } from '../stages/context.ts';
import { runners } from '../stages/runners.ts';
import type { Forward, FromChild, StageOrder, ToChild } from './messages.ts';
import { endPrograms, startProgram } from './program.ts';

/** Of the order at hand. */
let stop = new AbortController();
let orders = 0;

process.on('message', (message: ToChild) => {
  if (message.type === 'stop') stop.abort();
  else if (message.type === 'start') startProgram(message.id, message.program, tell);
  else void carryOut(message.order);
});
// Where there are no process groups Ctrl-C reaches this process too; the parent decides what it means for the stage.
process.on('SIGINT', () => {});
process.on('disconnect', () => {
  endPrograms();
  process.exit(1);
});

async function carryOut(order: StageOrder): Promise<void> {
  const forwards: Forward[] = [];
  const measured = forgetPeak();
  orders++;
  stop = new AbortController();
  try {
    const { run } = await runnerOf(order);
    const outcome = await run(contextOf(order, forwards));
    const peakMemory = measured ? process.resourceUsage().maxRSS * 1024 : null;
    const stays = mayStay(order);
    tell({ type: 'done', outcome, forwards, peakMemory, stays });
    if (stays) return;
  } catch (error) {
    tell(failed(error, order));
  }
  process.disconnect();
  process.exit(0);
}

/** What is left of a large stage is better given back to the system. */
const mostLeftBytes = 2 ** 30;

/** A module of the project's may have left anything behind. */
function mayStay({ module }: StageOrder): boolean {
  return module === null && !stop.signal.aborted && process.memoryUsage.rss() < mostLeftBytes;
}

/** So that the peak is that of this order: proc(5), clear_refs. False where an earlier one's can't be forgotten. */
function forgetPeak(): boolean {
  if (orders === 0) return true;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}

async function runnerOf(order: StageOrder): Promise<{ run: RunStage }> {
  if (order.module !== null) return (await import('../stages/custom/stage.ts')).loadModule(order.module);
  const load = runners[order.kind];
  if (!load) throw new Error(`kind ${order.kind} has no stage to run`);
  return load();
}

function failed(error: unknown, order: StageOrder): FromChild {
  if (error instanceof Failure) return { type: 'failed', diagnostic: error.diagnostic };
  const system = systemDiagnostic(error);
  if (system) return { type: 'failed', diagnostic: system };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // The log keeps the stack; people are shown the message.
  process.stderr.write(`${stack}\n`);
  const message = error instanceof Error ? error.message : String(error);
  if (order.module !== null) {
    const diagnostic: Diagnostic = {
      severity: 'error',
      code: 'stage-failed',
      message: `\`${order.name}\`: ${message}`,
      fix: 'its log has the stack',
    };
    return { type: 'failed', diagnostic };
  }
  const fix = 'this is a fault of the program: please report it with the log';
  return { type: 'failed', diagnostic: { severity: 'error', code: 'stage-crashed', message, fix } };
}

function contextOf(order: StageOrder, forwards: Forward[]): StageContext {
  for (const port of order.outputs) mkdirSync(join(order.work, port), { recursive: true });
  const scratch = join(order.work, '.scratch');
  mkdirSync(scratch, { recursive: true });
  return {
    name: order.name,
    params: order.params,
    seed: order.seed,
    engine: order.engine,
    input: (param) => onlyOne(order.inputs[param] ?? [], param),
    inputs: (param) => order.inputs[param] ?? [],
    outDir: (port) => join(order.work, port),
    forward: (port, path, from, fromPath) => {
      const source = from.files[fromPath];
      if (source === undefined) throw new Error(`${from.stage}.${from.port} has no file ${fromPath}`);
      forwards.push({ port, path, from: source });
    },
    scratch,
    downloads: order.downloads,
    mirrors: order.mirrors,
    root: order.root,
    progress: (progress) => tell({ type: 'progress', progress }),
    log: (line) => tell({ type: 'log', line }),
    checkpoints: {
      latest: order.checkpoint,
      save: (epoch, folder) => tell({ type: 'checkpoint', epoch, folder }),
    },
    lineage: order.lineage,
    signal: stop.signal,
  };
}

function onlyOne(artifacts: readonly Artifact[], param: string): Artifact {
  const artifact = artifacts[0];
  if (!artifact) throw new Error(`no input ${param}`);
  return artifact;
}

function tell(message: FromChild, then: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
}
