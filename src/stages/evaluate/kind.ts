import { versioned } from '../components.ts';
import { misfit } from '../fit.ts';
import type { Kind } from '../kind.ts';

export const evaluate: Kind = {
  name: 'evaluate',
  inputs: () => [
    { param: 'model', accepts: ['trained'] },
    { param: 'data', accepts: ['dataset'] },
  ],
  outputs: () => ({
    metrics: { type: 'metrics', description: 'loss, accuracy, per class, confusion matrix' },
    predictions: { type: 'predictions', description: "each example's probabilities" },
  }),
  values: () => ({ loss: 'number', accuracy: 'number' }),
  usesEngine: true,
  draws: () => false,
  components: () => versioned('nn/inference', 'metrics'),
  check: ({ inputs, params, at }) => {
    const [model, data] = [inputs.model?.[0], inputs.data?.[0]];
    if (model?.type !== 'model' || data?.type !== 'dataset') return { diagnostics: [], forms: {} };
    const split = params.split === 'train' || params.split === 'validation' ? params.split : 'test';
    const diagnostics = misfit(model, data, at);
    if (data.rows?.[split] === 0)
      diagnostics.push(at('split', { code: 'empty-dataset', message: `the split \`${split}\` has no rows` }));
    if (data.classes !== null && model.output[0] !== data.classes)
      diagnostics.push(
        at('data', {
          code: 'shape-mismatch',
          message: `the model tells ${model.output[0]} classes apart, the data has ${data.classes}`,
        }),
      );
    return { diagnostics, forms: {} };
  },
};
