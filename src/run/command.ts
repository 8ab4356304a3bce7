/** A `command` stage: any program, with copies of its declared inputs in a folder of its own, and its declared outputs taken from there. */
import { constants } from 'node:fs';
import { copyFile, cp, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { Artifact } from '../stages/context.ts';
import type { JsonObject } from '../stages/kind.ts';
import type { Execution } from './execute.ts';
import { type HostCallbacks, type HostResult, runProgram } from './host.ts';

/** What every program may read of the environment without declaring it, because few start without. */
const minimalEnv = [
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
  stage: GraphStage,
  root: string,
  inputs: { [param: string]: Artifact[] },
  work: string,
  callbacks: HostCallbacks,
  run: Execution,
): Promise<HostResult> {
  const folder = join(work, '.folder');
  await mkdir(folder, { recursive: true });
  await layOut(stage, root, inputs, folder);
  const outputs = record(stage.params.out);
  for (const path of Object.values(outputs)) await mkdir(dirname(join(folder, path)), { recursive: true });
  const { run: program } = stage.params;
  const words = Array.isArray(program) ? program.map(String) : String(program);
  const env = environment(stage, run.env);
  const ended = await runProgram(
    stage.name,
    { run: words, folder, env },
    join(work, '.log'),
    callbacks,
    run.signal,
    run.kill,
  );
  if (ended.type !== 'done') return ended;
  for (const [port, path] of Object.entries(outputs)) {
    const missing = await collect(stage, folder, path, join(work, port));
    if (missing) return { type: 'failed', diagnostic: missing };
  }
  return ended;
}

/**
 * Project files at their own paths; an upstream port in a folder of the input's name; of a list, each in a folder of
 * its stage's name in there.
 */
async function layOut(
  stage: GraphStage,
  root: string,
  inputs: { [param: string]: Artifact[] },
  folder: string,
): Promise<void> {
  for (const [name, value] of Object.entries(declaredInputs(stage))) {
    const artifacts = inputs[`in.${name}`] ?? [];
    if (artifacts.length === 0) await copyProjectPath(root, String(value), folder, stage.name);
    for (const { stage: from, files } of artifacts)
      await copyFiles(files, Array.isArray(value) ? join(folder, name, from) : join(folder, name));
  }
}

async function copyFiles(files: Artifact['files'], folder: string): Promise<void> {
  for (const [path, from] of Object.entries(files)) {
    const to = join(folder, path);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

function declaredInputs({ params }: GraphStage): JsonObject {
  const declared = params.in ?? {};
  return typeof declared === 'object' && !Array.isArray(declared)
    ? Object.fromEntries(Object.entries(declared))
    : {};
}

async function copyProjectPath(root: string, path: string, folder: string, stage: string): Promise<void> {
  const from = resolve(root, path);
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await cp(from, join(folder, path), { recursive: true, mode: constants.COPYFILE_FICLONE }).catch(
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure(
        'missing-input',
        `\`${stage}\` declares the input \`${path}\`, which can't be read: ${why}`,
      );
    },
  );
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
