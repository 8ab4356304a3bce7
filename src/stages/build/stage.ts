import { statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fetchFile } from '../../data/fetch.ts';
import { sha256Of } from '../../data/hash.ts';
import type { Code } from '../../diagnostics/codes.ts';
import { Failure } from '../../diagnostics/diagnostic.ts';
import { type Assembled, AssemblyMistake, assemble, modelPaths, place } from '../../nn/assemble.ts';
import { type Model, readModel, writeModel } from '../../nn/format.ts';
import { type Network, parameterCount, product, ShapeError } from '../../nn/graph.ts';
import { importModel, weightFiles } from '../../nn/import.ts';
import { initialWeights } from '../../nn/initialize.ts';
import type { LayerItem } from '../../nn/layers/layer.ts';
import type { RunStage, StageContext } from '../context.ts';
import { paramsOf } from '../params.ts';
import { isAddress } from './kind.ts';

export const run: RunStage = async (context) => {
  const params = paramsOf('build', context.params);
  const models = new Map<string, Model>();
  for (const { path, model } of modelPaths(params)) models.set(path, await modelOf(path, model, context));
  const made = assembled(params, models);
  const { network } = made;
  writeModel(context.outDir('model'), { network, weights: weightsOf(made, models, context.seed) });
  const parameters = parameterCount(network);
  const layers = network.layers.map((layer) => ({
    name: layer.name,
    output: layer.output,
    parameters: layer.weights.reduce((sum, { shape }) => sum + product(shape), 0),
  }));
  return {
    summary: `${network.layers.length} layers, ${parameters.toLocaleString('en-US')} parameters`,
    values: { parameters },
    facts: { input: network.input, layers, parameters },
  };
};

/** What the check could not see, since a network came from a file, is told here. */
function assembled(params: Parameters<typeof assemble>[0], models: ReadonlyMap<string, Model>): Assembled {
  const networkAt = (path: string): Network | null => models.get(path)?.network ?? null;
  try {
    return assemble(params, networkAt);
  } catch (error) {
    if (error instanceof AssemblyMistake && error.code !== 'unknown-network')
      throw failure(error.code, error);
    if (error instanceof ShapeError) {
      const kind = place(params, networkAt).paths[error.layer]?.split('.').at(-1) ?? 'layers';
      const message = `layer ${error.layer + 1} (${kind}) ${error.message}`;
      throw failure('shape-mismatch', { message, fix: error.fix });
    }
    throw error;
  }
}

function failure(code: Code, { message, fix }: { message: string; fix: string | undefined }): Failure {
  return new Failure(code, message, fix === undefined ? {} : { fix });
}

/** Drawn, but for layers that came with weights. */
function weightsOf(
  { network, origins }: Assembled,
  models: ReadonlyMap<string, Model>,
  seed: number,
): Float32Array[] {
  const drawn = initialWeights(network, seed);
  let at = 0;
  return network.layers.flatMap((layer, i) => {
    const own = drawn.slice(at, at + layer.weights.length);
    at += layer.weights.length;
    const origin = origins[i];
    const source = origin ? models.get(origin.model) : undefined;
    return origin && source ? weightsOfLayer(source, origin.layer, own) : own;
  });
}

function weightsOfLayer(
  { network, weights }: Model,
  number: number,
  wanted: readonly Float32Array[],
): Float32Array[] {
  const before = network.layers.slice(0, number).reduce((count, layer) => count + layer.weights.length, 0);
  const own = weights.slice(before, before + (network.layers[number]?.weights.length ?? 0));
  if (own.some((weight, i) => weight.length !== wanted[i]?.length))
    throw new Failure(
      'shape-mismatch',
      `the weights of ${network.layers[number]?.name} are for another number of channels than it gets here`,
      { fix: `the model takes [${network.input.join(', ')}]` },
    );
  return own;
}

type Declared = NonNullable<LayerItem['model']>;

async function modelOf(path: string, model: Declared, context: StageContext): Promise<Model> {
  if (model.of !== undefined) return readModel(context.input(`${path}.of`).files);
  const file = model.file ?? '';
  const modelFile = await located(file, 'model.json', model, context);
  const names = weightFiles(modelFile);
  refuseUncounted(file, names);
  refuseUnknown(Object.keys(model.sha256 ?? {}), ['model.json', ...names]);
  const paths = new Map<string, string>();
  for (const name of names) paths.set(name, await located(sibling(file, name), name, model, context));
  return importModel(modelFile, (name) => paths.get(name) ?? name, model.until);
}

/** Failure: `bad-model`. Of other files a change would go unnoticed: those beside it are what the kind's `files` names. */
function refuseUncounted(file: string, names: readonly string[]): void {
  const other = isAddress(file) ? undefined : names.find((name) => !/^[^/\\]+\.bin$/.test(name));
  if (other !== undefined)
    throw new Failure('bad-model', `${file} has weights in ${other}, not in a file *.bin beside it`, {
      fix: 'put them there, as tensorflowjs_converter does, and name them so in its weightsManifest',
    });
}

/** Failure: `unknown-key`. Whoever gives a sha256 wants it to be compared. */
function refuseUnknown(given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Failure('unknown-key', `\`sha256\` names \`${unknown}\`, which is no file of the model`, {
      fix: `its files are ${known.join(', ')}`,
    });
}

function sibling(file: string, name: string): string {
  return isAddress(file) ? new URL(name, file).href : join(file, '..', name);
}

/** A file of the project, or what an address gives; in either case with the sha256 that was declared. */
async function located(file: string, name: string, model: Declared, context: StageContext): Promise<string> {
  const sha256 = model.sha256?.[name] ?? null;
  if (isAddress(file)) {
    if (sha256 === null)
      throw new Failure('missing-key', `\`sha256\` says nothing of ${name}`, {
        fix: `add \`${name}\` to it`,
      });
    const onBytes = (done: number, total: number | null): void =>
      context.progress({ unit: 'bytes', done, total });
    const { downloads: folder, mirrors, signal, log } = context;
    return (await fetchFile(file, sha256, { folder, mirrors, signal, onBytes, log })).path;
  }
  const path = resolve(context.root, file);
  if (isAbsolute(relative(context.root, path)) || relative(context.root, path).startsWith('..'))
    throw new Failure('path-outside', `${file} lies outside the project`);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new Failure('missing-input', `there is no file ${file}, which holds ${name} of a model`, {
      fix: "mend the path; it is taken from the project's folder",
    });
  if (sha256 !== null && (await sha256Of(path)) !== sha256)
    throw new Failure('corrupted-download', `${file} has not the sha256 that the pipeline says`);
  return path;
}
