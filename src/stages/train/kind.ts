import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { trainingCost } from '../../nn/cost.ts';
import { type Frozen, freezeLayers, learns, nothingLearns, unmatched } from '../../nn/freeze.ts';
import type { Network } from '../../nn/graph.ts';
import { makeOptimizer } from '../../nn/optimizers.ts';
import { needsHorizon } from '../../nn/schedules.ts';
import { versioned } from '../components.ts';
import { fixForClasses, misfit, toldClasses } from '../fit.ts';
import type { CheckInput, CheckResult, Form, Kind, ModelForm, Takes } from '../kind.ts';
import { paramsOf } from '../params.ts';
import { blindCallbacks, contradictions } from './options.ts';

export const train: Kind = {
  name: 'train',
  inputs: () => [
    { param: 'model', accepts: ['model', 'trained'] },
    { param: 'data', accepts: ['dataset'] },
  ],
  outputs: () => ({
    trained: { type: 'trained', description: 'the trained network, a TensorFlow.js layers-model' },
    history: { type: 'history', description: 'metrics and learning rate of each epoch' },
  }),
  values: () => ({
    loss: 'number',
    accuracy: 'number',
    valLoss: 'number',
    valAccuracy: 'number',
    epochs: 'number',
  }),
  usesEngine: true,
  bfloat16: ({ precision }) => (precision === 'mixedBfloat16' ? 'precision' : null),
  continues: 'epochs',
  needsHorizon: (params) => needsHorizon(paramsOf('train', params)),
  // Threads change no byte: x-fingerprint in the schema.
  decisive: ({ workers: _workers, ...chosen }) => chosen,
  draws: () => true,
  components: (params) => {
    const own = paramsOf('train', params);
    return versioned(
      'nn/training',
      ...keysOf(own.optimizer).map((name) => `optimizer/${name}` as const),
      ...(own.schedule ? keysOf(own.schedule).map((name) => `schedule/${name}` as const) : []),
      `loss/${own.loss}`,
      ...own.callbacks.flatMap(keysOf).map((name) => `callback/${name}` as const),
    );
  },
  check,
};

/** What is written of a map whose keys its schema knows. */
const keysOf = <T extends object>(map: T): (keyof T & string)[] =>
  Object.keys(map).filter((key): key is keyof T & string => key in map);

function check({ params, inputs, at }: CheckInput): CheckResult {
  const own = paramsOf('train', params);
  const [model, data] = [inputs.model?.[0], inputs.data?.[0]];
  const problems: Diagnostic[] = [];
  if (data?.type === 'dataset') {
    if (model?.type === 'model') {
      problems.push(...misfit(model, data, at));
      if (data.classes !== null && model.output.join() !== String(data.classes))
        problems.push(
          at('model', {
            code: 'shape-mismatch',
            message: toldClasses(model.output, data.classes),
            fix: fixForClasses(model.output, data.classes),
          }),
        );
    }
    if (data.rows && own.batchSize > data.rows.train)
      problems.push(
        at('batchSize', {
          code: 'batch-too-large',
          message: `batchSize is ${own.batchSize}, the data has ${data.rows.train} training rows`,
          fix: 'lower batchSize or raise the limit',
        }),
      );
    if (data.rows?.validation === 0)
      problems.push(...blindCallbacks(own).map(({ path, ...problem }) => at(path, problem)));
  }
  if (model?.type === 'model') problems.push(...wronglyFrozen(model.network, own, at));
  problems.push(...contradictions(own, model?.type === 'model' ? model : undefined, at));
  return {
    diagnostics: problems,
    forms: model ? { trained: model } : {},
    ...(model?.type === 'model' ? { takes: takes(own, model, data) } : {}),
  };
}

/** Without the number of rows the work can't be told. */
function takes(own: ReturnType<typeof paramsOf<'train'>>, model: ModelForm, data: Form | undefined): Takes {
  const rows = data?.type === 'dataset' ? data.rows : null;
  const { slots } = makeOptimizer(own.optimizer).rule;
  const examples = (rows?.train ?? 0) * own.epochs;
  const of = { batchSize: own.batchSize, examples, validation: rows?.validation ?? 0, slots };
  return { parameters: model.parameters, ...trainingCost(freezeLayers(model.network, own), of) };
}

function wronglyFrozen(network: Network, own: Frozen, at: CheckInput['at']): Diagnostic[] {
  const missing = unmatched(network, own).map(({ path, ...problem }) => at(path, problem));
  if (missing.length > 0 || learns(freezeLayers(network, own))) return missing;
  const where = own.freezeUntil === undefined ? 'freeze' : 'freezeUntil';
  return [at(where, { code: 'nothing-to-do', message: nothingLearns })];
}
