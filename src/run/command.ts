/** A `command` stage: any program, with copies of its declared inputs in a folder of its own, and its declared outputs taken from there. */
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { Artifact } from '../stages/context.ts';
import type { Try } from './carry-out.ts';
import { changedInput, layOut } from './command-inputs.ts';
import type { Execution, Job } from './execute.ts';
import { type HostResult, runProgram } from './host.ts';

/** What every program may read of the environment without declaring it, because few start without. docs/cache.md lists it. */
export const minimalEnv = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
];

export async function runCommand(
  job: Job,
  inputs: { readonly [param: string]: readonly Artifact[] },
  { work, log, stopping, callbacks }: Try,
  run: Execution,
): Promise<HostResult> {
  const { stage } = job;
  const folder = join(work, '.folder');
  await mkdir(folder, { recursive: true });
  const laidOut = await layOut(job, inputs, folder);
  const outputs = record(stage.params.out);
  for (const path of Object.values(outputs)) await mkdir(dirname(join(folder, path)), { recursive: true });
  const { run: program } = stage.params;
  const words = Array.isArray(program) ? program.map(String) : String(program);
  const env = environment(stage, run.env);
  const ended = await runProgram(stage.name, { run: words, folder, env }, log, callbacks, stopping);
  if (ended.type !== 'done') return ended;
  const changed = await changedInput(job, laidOut, run);
  if (changed) return { type: 'failed', diagnostic: changed };
  for (const [port, path] of Object.entries(outputs)) {
    const missing = await collect(stage, folder, path, join(work, port));
    if (missing) return { type: 'failed', diagnostic: missing };
  }
  return ended;
}

async function collect(
  stage: GraphStage,
  folder: string,
  path: string,
  port: string,
): Promise<Diagnostic | null> {
  const from = join(folder, path);
  const found = await stat(from).catch(() => null);
  if (!found) {
    const message = `\`${stage.name}\` ended well but left no \`${path}\``;
    return {
      severity: 'error',
      code: 'no-output',
      message,
      place: stage.placeOf('out'),
      fix: 'write it relative to the working folder, or mend `out`',
    };
  }
  if (found.isDirectory()) await rename(from, port);
  else {
    await mkdir(port, { recursive: true });
    await rename(from, join(port, path.split('/').at(-1) ?? path));
  }
  return null;
}

function environment(stage: GraphStage, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const declared = Array.isArray(stage.params.env) ? stage.params.env.map(String) : [];
  return Object.fromEntries(
    [...minimalEnv, ...declared].filter((name) => env[name] !== undefined).map((name) => [name, env[name]]),
  );
}

function record(value: unknown): { [name: string]: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, path]) => [name, String(path)]));
}
