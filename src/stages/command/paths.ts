/** Where a command's paths may lead: copies of inputs and outputs lie in its folder, and nowhere else is written. */
import { posix } from 'node:path';
import { asObject } from '../json.ts';
import type { Json, JsonObject, ParamProblem } from '../kind.ts';

/** Asked before anything runs, and again when it does: a path may be a value that an earlier stage gave. */
export function pathProblems(params: JsonObject): ParamProblem[] {
  return [...inputProblems(params), ...outputProblems(params)];
}

/** `stage.port`, also of a cell, is a reference; a path of the project has a slash, another dot, or none. */
export function isReference(value: Json): boolean {
  return Array.isArray(value) || reference.test(String(value));
}
const reference =
  /^[A-Za-z][\w-]*(?:\[[^\]]*\])?\.(?!(?:py|js|ts|mjs|cjs|sh|rb|R|txt|csv|json|yaml|yml|md|toml|npy|png|jpg)$)[A-Za-z][\w-]*$/;

/** A copy lies where its file lies in the project: of one beside the project it would lie beside the stage's folder. */
function inputProblems(params: JsonObject): ParamProblem[] {
  const inputs = Object.entries(asObject(params.in));
  const folders = inputs.flatMap(([name, value]) => (isReference(value) ? [name] : []));
  return inputs.flatMap(([name, value]) => {
    if (isReference(value)) return [];
    const path = `in.${name}`;
    const file = normalized(value);
    const folder = folders.find((other) => overlap(file, other));
    if (folder !== undefined) return { path, ...sharing(file, folder) };
    return leaves(file) ? { path, ...notInProject(String(value)) } : [];
  });
}

function outputProblems(params: JsonObject): ParamProblem[] {
  const outputs = Object.entries(asObject(params.out)).map(([name, file]) => ({
    name,
    file: normalized(file),
  }));
  return outputs.flatMap(({ name, file }, i) => {
    const path = `out.${name}`;
    if (name === 'facts') return { path, ...ownFacts };
    const first = outputs.slice(0, i).find((other) => overlap(other.file, file));
    if (first) return { path, ...overlapping(file, first) };
    const input = inputPlaces(params).find(({ place }) => isSame(place, file) || isIn(place, file));
    if (input) return { path, ...holdingInput(file, input.name) };
    return leaves(file) || file === '.' ? { path, ...leaving(file) } : [];
  });
}

/** Where inputs lie in the stage's folder. */
const inputPlaces = (params: JsonObject): { readonly name: string; readonly place: string }[] =>
  Object.entries(asObject(params.in)).map(([name, value]) => ({
    name,
    place: isReference(value) ? name : normalized(value),
  }));

type Told = Omit<ParamProblem, 'path'>;

const notInProject = (path: string): Told => ({
  code: 'path-outside',
  message: `the input \`${path}\` is no path in the project's folder`,
  fix: 'copy it into the project, or link to it from there',
});

/** One could take the place of the other's files. */
const sharing = (path: string, folder: string): Told => ({
  code: 'duplicate-input',
  message: `the input \`${path}\` and what the input \`${folder}\` refers to would lie in one folder`,
  fix: `give the input \`${folder}\` another name`,
});

/** What every kind has, and the runner writes. */
const ownFacts: Told = {
  code: 'duplicate-output',
  message: 'every stage has an output `facts` already',
  fix: 'give it another name',
};

const overlapping = (file: string, first: { readonly name: string; readonly file: string }): Told => ({
  code: 'duplicate-output',
  message: isIn(file, first.file)
    ? `\`${file}\` lies in the output \`${first.name}\` already`
    : isIn(first.file, file)
      ? `the output \`${first.name}\` lies in \`${file}\` already`
      : `\`${file}\` is the output \`${first.name}\` already`,
  fix: 'give each output a path of its own',
});

/** A program that writes nothing would hand on what it was given. */
const holdingInput = (file: string, input: string): Told => ({
  code: 'duplicate-output',
  message: `the output \`${file}\` is or holds the input \`${input}\``,
  fix: 'write to a path of its own',
});

const leaving = (path: string): Told => ({
  code: 'path-outside',
  message: `the output \`${path}\` leaves the stage's folder`,
  fix: 'write it relative to the working folder',
});

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const overlap = (a: string, b: string): boolean => isSame(a, b) || isIn(a, b) || isIn(b, a);
const isIn = (path: string, folder: string): boolean =>
  path.toLowerCase().startsWith(`${folder.toLowerCase()}/`);

const normalized = (path: Json): string =>
  posix.normalize(String(path).replaceAll('\\', '/')).replace(/(?<=.)\/$/, '');
const leaves = (path: string): boolean => /^(\/|[A-Za-z]:)|^\.\.(\/|$)/.test(path);
