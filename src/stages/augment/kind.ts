import type { JsonObject, Kind } from '../kind.ts';

/** The params that do something, as written in the schema. */
const operations = [
  'rotation',
  'widthShift',
  'heightShift',
  'shear',
  'zoom',
  'horizontalFlip',
  'verticalFlip',
  'brightness',
  'noise',
];

export function activeOperations(params: JsonObject): string[] {
  return operations.filter(
    (name) => params[name] !== undefined && params[name] !== 0 && params[name] !== false,
  );
}

export const augment: Kind = {
  name: 'augment',
  inputs: () => [{ param: 'data', accepts: ['dataset'] }],
  outputs: () => ({
    data: { type: 'dataset', description: 'the dataset with its augmentation' },
    sheet: { type: 'image', description: 'originals and augmented images' },
  }),
  values: () => ({}),
  usesEngine: false,
  draws: () => true,
  components: (params) => activeOperations(params).map((name) => ({ name: `augment/${name}`, version: 1 })),
  check: ({ inputs, params, at }) => {
    const form = inputs.data?.[0];
    const image = form?.type !== 'dataset' || form.example === null || form.example.length === 3;
    const diagnostics = image
      ? []
      : [
          at('data', {
            code: 'not-an-image',
            message: 'only images can be augmented: examples of height, width, channels',
          }),
        ];
    if (activeOperations(params).length === 0)
      diagnostics.push(
        at('data', { severity: 'warning', code: 'nothing-to-do', message: 'this augment has no operation' }),
      );
    return { diagnostics, forms: form ? { data: form } : {} };
  },
};
