import type { Json, Kind } from '../kind.ts';

const entries = (value: Json | undefined): [string, Json][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];

/** `stage.port`, also of a cell, is a reference; a path of the project has a slash, another dot, or none. */
const reference =
  /^[A-Za-z][\w-]*(?:\[[^\]]*\])?\.(?!(?:py|js|ts|mjs|cjs|sh|rb|R|txt|csv|json|yaml|yml|md|toml|npy|png|jpg)$)[A-Za-z][\w-]*$/;

export const command: Kind = {
  name: 'command',
  inputs: (params) =>
    entries(params.in)
      .filter(([, value]) => Array.isArray(value) || reference.test(String(value)))
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
      entries(params.out).map(([name, path]) => [name, { type: 'files', description: String(path) }]),
    ),
  values: () => ({}),
  usesEngine: false,
  draws: () => false,
  components: () => [],
  check: ({ params, at }) => {
    const outside = entries(params.out).filter(([, path]) =>
      /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(String(path)),
    );
    const diagnostics = outside.map(([name, path]) =>
      at(`out.${name}`, {
        code: 'path-outside',
        message: `the output \`${String(path)}\` leaves the stage's folder`,
        fix: 'write it relative to the working folder',
      }),
    );
    return { diagnostics, forms: {} };
  },
};
