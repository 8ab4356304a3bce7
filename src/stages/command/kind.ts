import { versioned } from '../components.ts';
import { asObject } from '../json.ts';
import type { JsonObject, Kind } from '../kind.ts';
import { isReference, pathProblems } from './paths.ts';

export const command: Kind = {
  name: 'command',
  inputs: (params) =>
    Object.entries(asObject(params.in))
      .filter(([, value]) => isReference(value))
      .map(([name, value]) => ({
        param: `in.${name}`,
        list: Array.isArray(value),
        accepts: [
          'files',
          'dataset',
          'model',
          'trained',
          'history',
          'metrics',
          'predictions',
          'image',
          'trials',
          'page',
        ],
      })),
  outputs: (params) =>
    Object.fromEntries(
      Object.entries(asObject(params.out)).map(([name, path]) => [
        name,
        { type: 'files', description: String(path) },
      ]),
    ),
  values: () => ({}),
  usesEngine: false,
  draws: () => false,
  components: (params) => [
    ...versioned('command'),
    ...(takesPorts(params) ? versioned('command/ports') : []),
  ],
  check: ({ params, at }) => ({
    diagnostics: pathProblems(params).map(({ param, ...what }) => at(param, what)),
    forms: {},
  }),
};

/** Does a list take a stage more than once, so that each of its ports is given a folder of its own? */
function takesPorts(params: JsonObject): boolean {
  return Object.values(asObject(params.in)).some((value) => {
    const stages = Array.isArray(value)
      ? value.map((text) => String(text).replace(/\.[A-Za-z][\w-]*$/, ''))
      : [];
    return new Set(stages).size < stages.length;
  });
}
