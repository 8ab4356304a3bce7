import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { product } from '../../nn/layers/layer.ts';
import { versioned } from '../components.ts';
import { misfit } from '../fit.ts';
import type { CheckInput, CheckResult, DatasetForm, Kind } from '../kind.ts';

export const features: Kind = {
  name: 'features',
  inputs: () => [
    { param: 'model', accepts: ['trained', 'model'] },
    { param: 'data', accepts: ['dataset'] },
  ],
  outputs: () => ({
    data: { type: 'dataset', description: 'the dataset with what the model gives in place of each example' },
  }),
  values: () => ({}),
  usesEngine: true,
  draws: () => false,
  components: () => versioned('features', 'nn/inference'),
  check,
};

function check({ inputs, at }: CheckInput): CheckResult {
  const [model, data] = [inputs.model?.[0], inputs.data?.[0]];
  if (data?.type !== 'dataset') return { diagnostics: [], forms: {} };
  const example = model?.type === 'model' ? model.output : null;
  const diagnostics = [
    ...misfit(model, data, at),
    ...(data.augmented ? [at('data', augmentedOnce)] : []),
    ...tooLarge(example, data.rows, at),
  ];
  return { diagnostics, forms: { data: { ...data, example, features: true } } };
}

export const augmentedOnce = {
  code: 'conflicting-options',
  message: 'features are computed once, augmentation is drawn anew each epoch: it would be lost',
  fix: 'take the dataset that the augmentation begins with, or train the whole network on augmented images',
} as const;

/** What one file of Node.js' can hold, and one array in memory: 2 GiB. */
const mostBytes = 2 ** 31 - 1024;

function tooLarge(
  example: readonly number[] | null,
  rows: DatasetForm['rows'],
  at: CheckInput['at'],
): Diagnostic[] {
  if (!example || !rows) return [];
  const problem = sizeProblem(rows.train + rows.validation + rows.test, example);
  return problem ? [at('model', problem)] : [];
}

/** What is wrong with so many features of this shape, if anything. */
export function sizeProblem(
  rows: number,
  example: readonly number[],
): { code: 'features-too-large'; message: string; fix: string } | null {
  const bytes = rows * product(example) * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= mostBytes) return null;
  return {
    code: 'features-too-large',
    message: `${rows.toLocaleString('en-US')} features of [${example.join(', ')}] take ${(bytes / 2 ** 30).toFixed(1)} GB, more than the 2 GB that a file of them may have`,
    fix: 'end the model with globalAveragePooling2d, or cut it at a later layer with `until`',
  };
}
