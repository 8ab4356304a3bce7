import { posix } from 'node:path';
import { AssemblyMistake, assemble, declaredKinds, modelPaths, place } from '../../nn/assemble.ts';
import { costOf } from '../../nn/cost.ts';
import { lastActivation, type Network, outputShape, parameterCount, ShapeError } from '../../nn/graph.ts';
import { versioned } from '../components.ts';
import type { CheckInput, CheckResult, Json, Kind, ModelForm } from '../kind.ts';
import { paramsOf } from '../params.ts';

/** What is fetched, rather than read from the project. */
export const isAddress = (file: string): boolean => /^https?:\/\//.test(file);

export const build: Kind = {
  name: 'build',
  inputs: (params) =>
    referencePaths(params.layers ?? null, 'layers').map((param) => ({
      param,
      accepts: ['trained', 'model'],
    })),
  outputs: () => ({
    model: {
      type: 'model',
      description: 'the network with its initial weights, a TensorFlow.js layers-model',
    },
  }),
  files: (params) =>
    modelPaths(paramsOf('build', params)).flatMap(({ model: { file } }) =>
      file === undefined || isAddress(file)
        ? []
        : [literally(file), posix.join(literally(posix.dirname(file)), '*.bin')],
    ),
  values: () => ({ parameters: 'number' }),
  usesEngine: false,
  draws: () => true,
  components: (params) =>
    versioned('build', ...declaredKinds(paramsOf('build', params)).map((kind) => `layer/${kind}` as const)),
  check,
};

/** As a pattern that fits this path alone. */
const literally = (path: string): string => path.replace(/^!|[()[\]{}*?|]/g, '\\$&');

/** Where `model: { of: … }` stands; the params need not be checked yet. */
function referencePaths(value: Json, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}.${key}`;
    const isModel = key === 'model' && typeof inner === 'object' && inner !== null && 'of' in inner;
    return isModel ? [`${at}.of`] : referencePaths(inner, at);
  });
}

function check(input: CheckInput): CheckResult {
  const params = paramsOf('build', input.params);
  const wrong = modelPaths(params).flatMap(({ path, model }) => misdeclared(model, path, input.at));
  if (wrong.length > 0) return { diagnostics: wrong, forms: {} };
  const modelAt = (path: string): Network | null => {
    const [form] = input.inputs[`${path}.of`] ?? [];
    return form?.type === 'model' ? form.network : null;
  };
  try {
    const { network } = assemble(params, modelAt);
    const { parameters, multiplyAdds } = costOf(network);
    return { diagnostics: [], forms: { model: formOf(network) }, takes: { parameters, multiplyAdds } };
  } catch (error) {
    if (error instanceof AssemblyMistake) return { diagnostics: told(error, input.at), forms: {} };
    if (!(error instanceof ShapeError)) throw error;
    const path = place(params, modelAt).paths[error.layer] ?? 'layers';
    const message = `layer ${error.layer + 1} (${path.split('.').at(-1)}) ${error.message}`;
    const fix = error.fix === undefined ? {} : { fix: error.fix };
    return { diagnostics: [input.at(path, { code: 'shape-mismatch', message, ...fix })], forms: {} };
  }
}

/** What only the running stage can know is no mistake. */
function told(
  { code, path, message, fix }: AssemblyMistake,
  at: CheckInput['at'],
): ReturnType<CheckInput['at']>[] {
  if (code === 'unknown-network') return [];
  return [at(path, { code, message, ...(fix === undefined ? {} : { fix }) })];
}

function misdeclared(
  model: { readonly of?: string; readonly file?: string; readonly sha256?: object },
  path: string,
  at: CheckInput['at'],
): ReturnType<CheckInput['at']>[] {
  if ((model.of === undefined) === (model.file === undefined))
    return [at(path, { code: 'missing-key', message: '`model` needs one of `of` and `file`' })];
  if (model.file !== undefined && isAddress(model.file) && model.sha256 === undefined)
    return [
      at(path, {
        code: 'missing-key',
        message: 'a model from an address needs `sha256`, so that it is the same tomorrow',
        fix: 'add `sha256: { model.json: …, and each file of weights: … }`',
      }),
    ];
  return [];
}

export function formOf(network: Network): ModelForm {
  return {
    type: 'model',
    input: network.input,
    output: outputShape(network),
    lastActivation: lastActivation(network),
    parameters: parameterCount(network),
    network,
  };
}
