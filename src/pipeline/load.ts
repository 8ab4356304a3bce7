/** Pipeline text → Pipeline: profiles, --set and vars applied, every stage checked against its kind's schema. */
import { readFileSync } from 'node:fs';
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import * as validators from '../generated/validators.js';
import { interpolate, type Vars } from './interpolate.ts';
import { child, type MapNode, merge, type Node, parseYaml, toJson } from './nodes.ts';
import type { Pipeline } from './pipeline.ts';
import { explain } from './schema-errors.ts';
import { applySets } from './sets.ts';
import { readStages } from './stages.ts';

export interface LoadOptions {
  readonly root: string;
  readonly profile?: string;
  /** `path=value` each. */
  readonly set: readonly string[];
}

export function loadPipeline(file: string, options: LoadOptions): Result<Pipeline> {
  const text = read(file);
  if (text === null)
    return refuse({
      code: 'file-not-found',
      message: `there is no readable file \`${file}\``,
      fix: 'look at the path; it is taken from the folder you are in',
    });
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  if (parsed.value.type !== 'map')
    return refuse({
      code: 'wrong-type',
      message: 'a pipeline is a map with version, name and stages',
      place: parsed.value.place,
    });
  const problems: Diagnostic[] = [];
  const chosen = applySets(withProfile(parsed.value, options.profile, problems), options.set, problems);
  problems.push(...frameErrors(chosen));
  const vars = varsOf(chosen, problems);
  const stages = child(chosen, 'stages');
  const stageList =
    stages?.type === 'map' ? readStages(interpolatedStages(stages, vars, problems), problems) : [];
  if (problems.length > 0) return { ok: false, diagnostics: ordered(problems) };
  return {
    ok: true,
    value: {
      ...frameOf(chosen),
      file,
      root: options.root,
      profile: options.profile ?? null,
      text,
      stages: stageList,
    },
  };
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function withProfile(root: MapNode, name: string | undefined, problems: Diagnostic[]): MapNode {
  if (name === undefined) return root;
  const profiles = child(root, 'profiles');
  const profile = profiles ? child(profiles, name) : undefined;
  if (!profile) {
    const names = profiles?.type === 'map' ? [...profiles.entries.keys()] : [];
    const near = nearest(name, names);
    const fix = near
      ? `did you mean \`${near}\`?`
      : names.length > 0
        ? `it has ${names.join(', ')}`
        : 'the file has none';
    problems.push({
      severity: 'error',
      code: 'unknown-profile',
      message: `\`${name}\` is not a profile of this file`,
      place: profiles?.place ?? root.place,
      fix,
    });
    return root;
  }
  const merged = merge(root, profile);
  return merged.type === 'map' ? merged : root;
}

function frameErrors(root: MapNode): Diagnostic[] {
  const validate = validators.pipeline;
  return validate(toJson(root)) ? [] : explain(validate.errors ?? [], root, '');
}

/** A var may use vars written above it. */
function varsOf(root: MapNode, problems: Diagnostic[]): Vars {
  const made = new Map<string, Node>();
  const vars = child(root, 'vars');
  if (vars?.type !== 'map') return made;
  for (const [name, entry] of vars.entries) made.set(name, interpolate(entry.value, made, problems));
  return made;
}

function interpolatedStages(stages: MapNode, vars: Vars, problems: Diagnostic[]): MapNode {
  const node = interpolate(stages, vars, problems);
  return node.type === 'map' ? node : stages;
}

function frameOf(
  root: MapNode,
): Pick<Pipeline, 'version' | 'name' | 'description' | 'seed' | 'engine' | 'vars'> {
  const text = (key: string): string | undefined => {
    const node = child(root, key);
    return node?.type === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  };
  const seed = child(root, 'seed');
  const vars = child(root, 'vars');
  const description = text('description');
  const json = vars ? toJson(vars) : {};
  return {
    version: 1,
    name: text('name') ?? '',
    ...(description === undefined ? {} : { description }),
    seed: seed?.type === 'scalar' && typeof seed.value === 'number' ? seed.value : 0,
    engine: text('engine') ?? 'auto',
    vars:
      typeof json === 'object' && json !== null && !Array.isArray(json)
        ? Object.fromEntries(Object.entries(json))
        : {},
  };
}

function refuse(what: Omit<Diagnostic, 'severity'>): Result<never> {
  return { ok: false, diagnostics: [{ severity: 'error', ...what }] };
}

/** By place: a person mends a file from top to bottom. */
export function ordered(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = (one: Diagnostic): number => (one.place ? one.place.line * 10_000 + one.place.column : 0);
  return [...diagnostics].sort((a, b) => key(a) - key(b));
}
