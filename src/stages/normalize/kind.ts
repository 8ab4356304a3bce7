import type { Kind } from '../kind.ts';

export const normalize: Kind = {
  name: 'normalize',
  inputs: () => [{ param: 'data', accepts: ['dataset'] }],
  outputs: () => ({ data: { type: 'dataset', description: 'the dataset with its normalization' } }),
  values: () => ({}),
  usesEngine: false,
  draws: () => false,
  components: (params) => [{ name: `normalize/${String(params.method)}`, version: 1 }],
  check: ({ inputs }) => {
    const form = inputs.data?.[0];
    return { diagnostics: [], forms: form ? { data: form } : {} };
  },
};
