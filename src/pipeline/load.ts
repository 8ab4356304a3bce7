/** Pipeline text → Pipeline: `extends`, profile, --set, vars and matrix applied, every stage checked against its schema. */
import { type Diagnostic, isError, type Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { asObject } from '../stages/json.ts';
import type { JsonObject } from '../stages/kind.ts';
import type { Texts, Tree } from './extends.ts';
import { interpolate, mostWritten, Vars } from './interpolate.ts';
import { Kinds } from './kinds.ts';
import { expandMatrix, type Say } from './matrix.ts';
import { child, deepestTree, excessOf, type MapNode, merge, type Node, textOf, toJson } from './nodes.ts';
import type { Pipeline, Stage } from './pipeline.ts';
import { explain } from './schema-errors.ts';
import { applySets } from './sets.ts';
import { readStage } from './stages.ts';
import { validators } from './validator.ts';

export interface LoadOptions {
  readonly root: string;
  readonly profile?: string;
  /** `path=value` each. */
  readonly set: readonly string[];
  /** Commands and modules of the project are refused. */
  readonly noCommands?: boolean;
  /** Texts that stand for files, by absolute path: what a run was made from. */
  readonly texts?: Texts;
}

export interface Loaded {
  readonly pipeline: Pipeline;
  /** Stages that have errors: their params are as written, unchecked. */
  readonly broken: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Goes as far as it can, so that all errors are told at once. */
export function loadTree(tree: Tree, file: string, options: LoadOptions): Loaded {
  const problems: Diagnostic[] = [...tree.warnings];
  const written = withProfile(tree.root, options.profile, problems);
  const chosen = applySets(written, options.set, problems);
  problems.push(...frameErrors(chosen));
  const vars = varsOf(chosen, problems);
  const kinds = new Kinds(options.root, { allowCode: !options.noCommands });
  const { stages, broken } = stagesOf(chosen, vars, { file, kinds }, problems);
  const used = options.set.length > 0 ? new Set([...vars.used, ...usedIn(written)]) : vars.used;
  problems.push(...unusedVars(chosen, used, tree));
  const pipeline = {
    ...frameOf(chosen),
    file,
    kinds,
    root: options.root,
    profile: options.profile ?? null,
    sources: tree.sources,
    stages,
  };
  return { pipeline, broken, diagnostics: problems.map((problem) => throughExtends(problem, tree)) };
}

/** A place in a file that this one builds on: where it says so. */
function throughExtends(problem: Diagnostic, { bases }: Tree): Diagnostic {
  const place = problem.place && bases.get(problem.place.file);
  if (!place) return problem;
  return { ...problem, related: [...(problem.related ?? []), { message: 'by `extends` here', place }] };
}

function withProfile(root: MapNode, name: string | undefined, problems: Diagnostic[]): MapNode {
  if (name === undefined) return root;
  const profiles = child(root, 'profiles');
  const profile = child(profiles, name);
  if (!profile) {
    problems.push(unknownProfile(name, root));
    return root;
  }
  const merged = merge(root, profile, `profile \`${name}\``, problems);
  return merged.type === 'map' ? merged : root;
}

function unknownProfile(name: string, root: MapNode): Diagnostic {
  const profiles = child(root, 'profiles');
  const names = profiles?.type === 'map' ? [...profiles.entries.keys()] : [];
  const near = nearest(name, names);
  const has = names.length > 0 ? `it has ${names.join(', ')}` : 'the file has none';
  return {
    severity: 'error',
    code: 'unknown-profile',
    message: `\`${name}\` is not a profile of this file`,
    place: root.entries.get('profiles')?.key ?? root.place,
    fix: near ? `did you mean \`${near}\`?` : has,
  };
}

function frameErrors(root: MapNode): Diagnostic[] {
  const validator = validators.get('pipeline');
  const frame = withoutContent(root);
  return !validator || validator.fits(toJson(frame))
    ? []
    : explain(validator.errors(toJson(frame)), root, {
        name: '',
        key: { ...root.place, endLine: root.place.line, endColumn: root.place.column },
        schema: 'pipeline',
      });
}

/** Stages are checked one by one, each by its kind's schema. */
function withoutContent(root: MapNode): MapNode {
  const stages = root.entries.get('stages');
  if (stages?.value.type !== 'map') return root;
  const empty = [...stages.value.entries].map(
    ([name, entry]) =>
      [
        name,
        entry.value.type === 'map' ? { ...entry, value: { ...entry.value, entries: new Map() } } : entry,
      ] as const,
  );
  const value = { ...stages.value, entries: new Map(empty) };
  return { ...root, entries: new Map([...root.entries, ['stages', { ...stages, value }]]) };
}

/** A var may use any other, wherever a profile or `extends` has put it. */
function varsOf(root: MapNode, problems: Diagnostic[]): Vars {
  const vars = new Vars(problems);
  const given = child(root, 'vars');
  if (given?.type !== 'map') return vars;
  const { entries } = given;
  const known = new Set<string>();
  const add = (name: string, around: readonly string[]): void => {
    const entry = entries.get(name);
    if (!entry || known.has(name)) return;
    if (around.includes(name)) {
      const circle = [...around.slice(around.indexOf(name)), name];
      problems.push({
        severity: 'error',
        code: 'cycle',
        message: `vars depend on each other: ${circle.join(' → ')}`,
        place: entry.key,
        fix: 'one of these must go',
      });
      for (const one of circle) known.add(one);
      return;
    }
    for (const other of varsIn(entry.value)) add(other, [...around, name]);
    // In a circle none has a value; that has been told.
    if (!known.has(name)) vars.add(name, entry.value);
    known.add(name);
  };
  for (const name of entries.keys()) add(name, []);
  return vars;
}

/** Names that `${name}`, `${vars.name}` or `${name.key}` in it may mean. */
function varsIn(node: Node): string[] {
  if (node.type === 'list') return node.items.flatMap(varsIn);
  if (node.type === 'map') return [...node.entries.values()].flatMap(({ value }) => varsIn(value));
  return [...String(node.value).matchAll(/(?<!\$)\$\{(?:vars\.)?([\w-]+)/g)].map(([, name = '']) => name);
}

function stagesOf(
  root: MapNode,
  vars: Vars,
  { file, kinds }: { file: string; kinds: Kinds },
  problems: Diagnostic[],
): { stages: Stage[]; broken: Set<string> } {
  const given = child(root, 'stages');
  const node = given && interpolate(given, vars);
  const broken = new Set<string>();
  if (node?.type !== 'map' || tooMuch(vars, node, problems)) return { stages: [], broken };
  const say: Say = (problem) => problems.push({ severity: 'error', ...problem });
  problems.push(...sameFolders(node));
  const stages = expandMatrix(kinds.fromRoot(node, file), kinds.named, say).flatMap((cell) => {
    const read = readStage(cell, kinds);
    // Of a cell whose matrix is wrong nothing else is sure.
    if (!cell.open) problems.push(...read.problems);
    if (cell.open || read.problems.some(isError)) broken.add(cell.name);
    return read.stage ?? [];
  });
  return { stages, broken };
}

/** Some systems' folders don't tell upper from lower case. */
function sameFolders(stages: MapNode): Diagnostic[] {
  const seen = new Map<string, Place>();
  return [...stages.entries].flatMap(([name, { key }]) => {
    const first = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), first ?? key);
    if (!first) return [];
    const message = `the outputs of \`${name}\` would lie in the folder of another stage: the names differ in case alone`;
    return [
      {
        severity: 'error',
        code: 'duplicate-output',
        message,
        place: key,
        fix: 'rename one',
        related: [{ message: 'the other is here', place: first }],
      },
    ];
  });
}

function tooMuch(vars: Vars, node: MapNode, problems: Diagnostic[]): boolean {
  const code = vars.budget.left < 0 ? 'too-large' : excessOf(node, { left: mostWritten });
  if (!code) return false;
  const message = `with what vars and \`repeat\` write out, the stages ${
    code === 'too-large' ? `hold more than ${mostWritten} values` : `nest deeper than ${deepestTree} levels`
  }`;
  const fix = code === 'too-large' ? 'repeat less' : 'nest less';
  problems.push({ severity: 'error', code, message, place: node.place, fix });
  return true;
}

/** What a file takes is no unused var because --set puts something else in its place. */
function usedIn(root: MapNode): ReadonlySet<string> {
  const vars = varsOf(root, []);
  const stages = child(root, 'stages');
  if (stages) interpolate(stages, vars);
  return vars.used;
}

/** Of the file itself: what a file below has and this one does not need is no mistake. */
function unusedVars(root: MapNode, used: ReadonlySet<string>, { bases }: Tree): Diagnostic[] {
  const given = child(root, 'vars');
  // Where `stages` is misspelt nothing could use them.
  if (given?.type !== 'map' || child(root, 'stages')?.type !== 'map') return [];
  return [...given.entries]
    .filter(([name, { key }]) => !used.has(name) && !bases.has(key.file))
    .map(([name, { key }]) => {
      const near = nearest(name, used);
      const fix = near ? `did you mean \`${near}\`?` : `take it as \`\${${name}}\`, or remove it`;
      return {
        severity: 'warning',
        code: 'unused-var',
        message: `no stage uses the var \`${name}\``,
        place: key,
        fix,
      };
    });
}

type Frame = Pick<Pipeline, 'version' | 'name' | 'description' | 'seed' | 'engine' | 'vars'>;

function frameOf(root: MapNode): Frame {
  const seed = child(root, 'seed');
  const description = textOf(child(root, 'description'));
  const vars = child(root, 'vars');
  const json: JsonObject = vars ? asObject(toJson(vars)) : {};
  return {
    version: 1,
    name: textOf(child(root, 'name')) ?? '',
    ...(description === undefined ? {} : { description }),
    seed: seed?.type === 'scalar' && typeof seed.value === 'number' ? seed.value : 0,
    engine: textOf(child(root, 'engine')) ?? 'auto',
    vars: json,
  };
}
