import { type AugmentParams, movements, operationsOf } from '../../augment/operations.ts';
import { versioned } from '../components.ts';
import { isMap } from '../json.ts';
import type { Json, JsonObject, Kind } from '../kind.ts';
import { paramsOf } from '../params.ts';

export const augment: Kind = {
  name: 'augment',
  inputs: () => [{ param: 'data', accepts: ['dataset'] }],
  outputs: () => ({
    data: { type: 'dataset', description: 'the dataset with its augmentation' },
    sheet: { type: 'image', description: 'originals, each operation alone, and all together' },
  }),
  values: () => ({}),
  usesEngine: false,
  draws: () => true,
  decisive,
  components: (params) =>
    versioned(
      'augment',
      'sheet',
      ...operationsOf(paramsOf('augment', params)).map(({ name }) => `augment/${name}` as const),
    ),
  check: ({ inputs, params, at }) => {
    const form = inputs.data?.[0];
    const diagnostics = form?.type === 'dataset' && form.features ? [at('data', notImages)] : [];
    if (operationsOf(paramsOf('augment', params)).length === 0)
      diagnostics.push(
        at('data', { severity: 'warning', code: 'nothing-to-do', message: 'this augment has no operation' }),
      );
    const channels = form?.type === 'dataset' ? form.example?.[2] : undefined;
    for (const [path, message, fix] of idle(paramsOf('augment', params), channels))
      diagnostics.push(at(path, { severity: 'warning', code: 'nothing-to-do', message, fix }));
    return { diagnostics, forms: form?.type === 'dataset' ? { data: { ...form, augmented: true } } : {} };
  },
};

/** What is asked for and changes no pixel: its path, why, and the way out. */
function idle(params: AugmentParams, channels: number | undefined): [string, string, string][] {
  const entries = params.operations.flatMap(({ affine, colourJitter }, i) => [
    ...(affine ? stillIn(affine, `operations.${i}.affine.`) : []),
    ...(colourJitter && channels === 1 ? colourless(colourJitter, `operations.${i}.colourJitter.`) : []),
  ]);
  return [...stillIn(params, ''), ...entries];
}

type Shifts = Pick<AugmentParams, 'widthShift' | 'heightShift'>;

const stillIn = (shifts: Shifts, start: string): [string, string, string][] =>
  (['widthShift', 'heightShift'] as const)
    .filter((name) => shifts[name] === 1)
    .map((name) => [
      start + name,
      '1 draws whole pixels below 1, as Keras does: none',
      'a fraction of the side is below 1; `[0, 1]` draws up to one pixel',
    ]);

const colourless = (jitter: object, start: string): [string, string, string][] =>
  Object.entries(jitter)
    .filter(([name, by]) => ['saturation', 'hue'].includes(name) && by !== 0)
    .map(([name]) => [start + name, 'grey images have none to change', 'remove it']);

export const notImages = {
  code: 'not-an-image',
  message:
    'features are what a network gave for images, and no pixels: moving, cropping or colouring means nothing to them',
  fix: 'augment images and train the whole network on them: a build of `model: { of: … }` elements puts it together',
} as const;

/** How the outside of an image is filled counts where an image is moved, and a fill's value where there is one. */
function decisive(chosen: JsonObject): JsonObject {
  const { operations } = chosen;
  const own = withoutUnusedFill(
    chosen,
    movements.some((name) => chosen[name] !== undefined),
  );
  if (!Array.isArray(operations)) return own;
  return {
    ...own,
    operations: operations.map((entry: Json) => (isMap(entry) ? decisiveEntry(entry) : entry)),
  };
}

function decisiveEntry(entry: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(entry).map(([name, params]) => [
      name,
      isMap(params) && name !== 'cutout' ? withoutUnusedFill(params, true) : params,
    ]),
  );
}

function withoutUnusedFill(params: JsonObject, moves: boolean): JsonObject {
  const unused = [...(moves ? [] : ['fill']), ...(moves && params.fill === 'constant' ? [] : ['fillValue'])];
  return Object.fromEntries(Object.entries(params).filter(([name]) => !unused.includes(name)));
}
