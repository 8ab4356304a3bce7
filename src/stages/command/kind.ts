import { versioned } from '../components.ts';
import { asObject } from '../json.ts';
import { type Kind, portTypes } from '../kind.ts';
import { isReference, pathProblems } from './paths.ts';

export const command: Kind = {
  name: 'command',
  inputs: (params) =>
    Object.entries(asObject(params.in))
      .filter(([, value]) => isReference(value))
      .map(([name, value]) => ({
        param: `in.${name}`,
        list: Array.isArray(value),
        accepts: portTypes,
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
  components: () => versioned('command'),
  check: ({ params, at }) => ({
    diagnostics: pathProblems(params).map(({ path, ...what }) => at(path, what)),
    forms: {},
  }),
};
