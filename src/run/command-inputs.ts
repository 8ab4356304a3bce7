/** What a command finds in its folder: copies of what it declares, and whether it left them alone. */
import { chmodSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { stampOf } from '../data/stamp.ts';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import { declaredPaths, inputFiles } from '../plan/input-files.ts';
import type { Artifact } from '../stages/context.ts';
import { asObject } from '../stages/json.ts';
import type { Execution, Job } from './execute.ts';

/** A file as it was given to the program. */
interface LaidOut {
  /** As the program sees it. */
  readonly path: string;
  readonly from: string;
  readonly copy: string;
  readonly stamp: string;
}

/**
 * Project files at their own paths; an upstream port's in a folder of the input's name, of a list each in a folder of
 * its stage's name in there, or a port's within that. Always copies: a program may do with them what it likes.
 * Failure: `missing-input`.
 */
export async function layOut(
  { stage, graph }: Job,
  inputs: { readonly [param: string]: readonly Artifact[] },
  folder: string,
  run: Execution,
): Promise<LaidOut[]> {
  const { root } = graph.pipeline;
  const paths = declaredPaths(stage);
  for (const path of paths) mustExist(path, root, stage.name);
  const project = await inputFiles(stage, root, run.store.folder);
  const upstream = Object.entries(asObject(stage.params.in)).flatMap(([name, value]) =>
    (inputs[`in.${name}`] ?? []).flatMap((artifact) => {
      const place = Array.isArray(value) ? `${name}/${folderOf(artifact, inputs[`in.${name}`] ?? [])}` : name;
      return Object.entries(artifact.files).map(([path, from]) => ({ path: `${place}/${path}`, from }));
    }),
  );
  const files = [
    ...project.map((path) => ({ path, from: join(root, path), isObject: false })),
    ...upstream.map((file) => ({ ...file, isObject: true })),
  ];
  // An empty one is there, too.
  for (const path of paths)
    if (statSync(resolve(root, path)).isDirectory())
      mkdirSync(join(folder, relative(root, resolve(root, path))), { recursive: true });
  for (const parent of new Set(files.map(({ path }) => dirname(join(folder, path)))))
    mkdirSync(parent, { recursive: true });
  return Promise.all(
    files.map(async ({ path, from, isObject }) => {
      const copy = join(folder, path);
      await copyFile(from, copy, constants.COPYFILE_FICLONE);
      if (isObject) chmodSync(copy, isProgram(from) ? 0o755 : 0o644);
      return { path, from, copy, stamp: stampOf(copy) };
    }),
  );
}

/** Objects can't be written and don't say whether they are programs; their first bytes do: ELF, Mach-O, a script. */
function isProgram(object: string): boolean {
  const file = openSync(object, 'r');
  try {
    const start = Buffer.alloc(4);
    readSync(file, start);
    return programs.test(start.toString('latin1'));
  } finally {
    closeSync(file);
  }
}
const programs = /^(?:\x7fELF|#!|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe)/;

/** Several ports of one stage may have files of the same names. */
function folderOf({ stage, port }: Artifact, list: readonly Artifact[]): string {
  return list.filter((other) => other.stage === stage).length > 1 ? `${stage}/${port}` : stage;
}

function mustExist(path: string, root: string, stage: string): void {
  try {
    statSync(resolve(root, path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `\`${stage}\` declares the input \`${path}\`, which can't be read: ${why}`;
    throw new Failure('missing-input', message);
  }
}

export async function changedInput(
  stage: GraphStage,
  laidOut: readonly LaidOut[],
): Promise<Diagnostic | null> {
  for (const { path, from, copy, stamp } of laidOut) {
    if (stampOf(copy) === stamp) continue;
    if (await sameBytes(copy, from)) continue;
    return {
      severity: 'error',
      code: 'input-changed',
      message: `\`${stage.name}\` changed its input \`${path}\`: what it left was not kept`,
      place: stage.placeOf('run'),
      fix: 'have it copy the file first and change the copy',
    };
  }
  return null;
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([readFile(a), readFile(b)]);
    return one.equals(other);
  } catch {
    return false;
  }
}
