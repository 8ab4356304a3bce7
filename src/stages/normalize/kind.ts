import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Stages } from '../../generated/types.ts';
import { versioned } from '../components.ts';
import type { CheckInput, Kind } from '../kind.ts';
import { paramsOf } from '../params.ts';

export const normalize: Kind = {
  name: 'normalize',
  inputs: () => [{ param: 'data', accepts: ['dataset'] }],
  outputs: () => ({ data: { type: 'dataset', description: 'the dataset with its normalization' } }),
  values: () => ({}),
  usesEngine: false,
  draws: () => false,
  components: (params) => versioned(`normalize/${paramsOf('normalize', params).method}`),
  check: ({ inputs, params, at }) => {
    const form = inputs.data?.[0];
    const own = paramsOf('normalize', params);
    const diagnostics = [
      ...(form?.type === 'dataset' && form.features && own.method === 'rescale'
        ? [at('method', notPixels)]
        : []),
      ...rangeProblems(own, at),
    ];
    return { diagnostics, forms: form ? { data: form } : {} };
  },
};

export const notPixels = {
  code: 'not-an-image',
  message: 'rescale takes pixels of 0–255; features are what a network gave, of any size',
  fix: 'leave features as they are, or take `method: standardize`',
} as const;

const pixelRange = '0,1';

function rangeProblems({ method, range }: Stages['normalize'], at: CheckInput['at']): Diagnostic[] {
  const [low, high] = range;
  if (method === 'standardize' && range.join() !== pixelRange)
    return [
      at('range', {
        code: 'conflicting-options',
        message: 'standardize has no range: it gives a mean of 0 and a deviation of 1',
        fix: 'leave out `range`, or say `method: rescale`',
      }),
    ];
  if (low < high) return [];
  return [
    at('range', {
      code: 'invalid-value',
      message: `the range goes from ${low} up to ${high}`,
      fix: 'write the smaller number first',
    }),
  ];
}
