/** A `command` stage: any program, with copies of its declared inputs in a folder of its own, and its declared outputs taken from there. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import { variableIn } from '../plan/outside.ts';
import { pathProblems } from '../stages/command/paths.ts';
import type { Artifact } from '../stages/context.ts';
import { asObject } from '../stages/json.ts';
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
  attempt: Try,
  run: Execution,
): Promise<HostResult> {
  const { stage } = job;
  const { work } = attempt;
  const [problem] = pathProblems(stage.params);
  if (problem) {
    const { path, ...what } = problem;
    return { type: 'failed', diagnostic: { severity: 'error', ...what, ...stage.where(path) } };
  }
  const laidOut = await layOut(job, inputs, work, run);
  const outputs = Object.fromEntries(
    Object.entries(asObject(stage.params.out)).map(([port, path]) => [port, String(path)]),
  );
  for (const path of Object.values(outputs)) {
    if (dirname(path) !== '.') mkdirSync(dirname(join(work, path)), { recursive: true });
  }
  const { run: program } = stage.params;
  const words = Array.isArray(program) ? program.map(String) : String(program);
  const env = environment(stage, run.env);
  const order = { run: words, folder: work, env };
  const ended = await runProgram(run.hosts.starter(run.env), stage.name, order, attempt);
  if (ended.type !== 'done') return ended;
  const changed = await changedInput(stage, laidOut);
  if (changed) return { type: 'failed', diagnostic: changed };
  const left = Object.fromEntries(Object.entries(outputs).map(([port, path]) => [port, join(work, path)]));
  const missing = Object.entries(left).find(([, path]) => !existsSync(path));
  if (missing) return { type: 'failed', diagnostic: noOutput(stage, outputs[missing[0]] ?? '') };
  return { type: 'done', outcome: { summary: '' }, forwards: [], peakMemory: null, left };
}

function noOutput(stage: GraphStage, path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'no-output',
    message: `\`${stage.name}\` ended well but left no \`${path}\``,
    place: stage.placeOf('out'),
    fix: 'write it relative to the working folder, or mend `out`',
  };
}

function environment(stage: GraphStage, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const declared = Array.isArray(stage.params.env) ? stage.params.env.map(String) : [];
  const given = [...minimalEnv, ...declared].map((name) => [name, variableIn(env, name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
