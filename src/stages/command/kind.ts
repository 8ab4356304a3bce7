import { posix } from 'node:path';
import { versioned } from '../components.ts';
import type { CheckInput, Json, Kind } from '../kind.ts';

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
  components: () => versioned('command'),
  check: ({ params, at }) => {
    const paths = entries(params.out).map(([name, path]) => [name, normalize(String(path))] as const);
    const diagnostics = paths.flatMap(([name, path], i) => {
      const first = paths.findIndex(([, other]) => other.toLowerCase() === path.toLowerCase());
      return first < i
        ? [at(`out.${name}`, duplicate(path, paths[first]?.[0] ?? ''))]
        : isOutside(path)
          ? [at(`out.${name}`, outside(path))]
          : [];
    });
    return { diagnostics, forms: {} };
  },
};

const normalize = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));
const isOutside = (path: string): boolean => /^(\/|[A-Za-z]:)|^\.\.(\/|$)|^\.?\/?$/.test(path);

type Told = Parameters<CheckInput['at']>[1];
const outside = (path: string): Told => ({
  code: 'path-outside',
  message: `the output \`${path}\` leaves the stage's folder`,
  fix: 'write it relative to the working folder',
});
const duplicate = (path: string, first: string): Told => ({
  code: 'duplicate-output',
  message: `\`${path}\` is the output \`${first}\` already`,
  fix: 'give each output a path of its own',
});
