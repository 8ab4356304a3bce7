/** What was declared otherwise: params, graph, engines. */
import { flatten } from '../../plan/flatten.ts';
import { namesAndValues } from '../../stages/json.ts';
import type { JsonObject } from '../../stages/kind.ts';
import { kindNamed } from '../../stages/registry.ts';
import type { Subject, SubjectStage } from '../subject.ts';

/** A value a subject; null where it has none. */
export interface Difference {
  readonly path: string;
  readonly values: readonly (string | null)[];
  /** Where each subject's file says so; null for defaults. */
  readonly places?: readonly (string | null)[];
}

/** Of stages that all subjects have: what else is new is told with the graph. References are told there, too. */
export function diffParams(subjects: readonly Subject[]): Difference[] {
  const shared = sharedStages(subjects);
  const byPath = subjects.map((subject) => {
    const found = new Map<string, { value: string; place: string | null }>();
    for (const stage of subject.stages.filter(({ name }) => shared.has(name)))
      for (const [path, value] of flattened(withoutReferences(stage)))
        found.set(`${stage.name}.${path}`, { value, place: stage.places[path] ?? null });
    return found;
  });
  return differing(byPath, (entry) => entry.value).map((path) => ({
    path,
    values: byPath.map((own) => own.get(path)?.value ?? null),
    places: byPath.map((own) => own.get(path)?.place ?? null),
  }));
}

/** The names of stages that every subject has. */
export function sharedStages(subjects: readonly Subject[]): ReadonlySet<string> {
  const [first, ...others] = subjects.map((subject) => new Set(subject.stages.map((stage) => stage.name)));
  return new Set([...(first ?? [])].filter((name) => others.every((own) => own.has(name))));
}

function withoutReferences({ kind, params }: SubjectStage): JsonObject {
  const references = new Set(
    kindNamed(kind)
      ?.inputs(params)
      .map((port) => port.param),
  );
  return Object.fromEntries(Object.entries(params).filter(([name]) => !references.has(name)));
}

const flattened = (params: JsonObject): Map<string, string> =>
  Object.keys(params).length === 0 ? new Map() : flatten(params);

/** Stages that only some have, and those made from others. */
export function diffGraph(subjects: readonly Subject[]): Difference[] {
  const described = subjects.map(
    (subject) =>
      new Map(
        subject.stages.map((stage) => [
          stage.name,
          `${stage.kind} from ${stage.from.join(', ') || 'nothing'}`,
        ]),
      ),
  );
  return differing(described, (text) => text).map((path) => ({
    path,
    values: described.map((own) => own.get(path) ?? null),
  }));
}

/** The seeds, where stages that draw have different ones. */
export function diffSeeds(subjects: readonly Subject[]): Difference[] {
  const seeds = subjects.map((subject) => {
    const own = new Map<string, Set<number>>();
    for (const { name, seed } of subject.stages)
      own.set(`${name}.seed`, (own.get(`${name}.seed`) ?? new Set()).add(seed));
    return new Map([...own].map(([path, all]) => [path, [...all].join(', ')]));
  });
  const paths = differing(seeds, (seed) => seed).filter((path) => seeds.every((own) => own.has(path)));
  const same = new Set(paths.map((path) => seeds.map((own) => own.get(path)).join()));
  // A pipeline's seed is that of all its stages: told once.
  const shown = same.size === 1 && paths.length > 1 ? paths.slice(0, 1) : paths;
  return shown.map((path) => ({
    path: shown.length < paths.length ? 'seed' : path,
    values: seeds.map((own) => own.get(path) ?? null),
  }));
}

/** Each stage that was computed on different engines. */
export function diffEngines(subjects: readonly Subject[]): Difference[] {
  const engines = subjects.map((subject) => new Map(subject.stages.flatMap(engineEntry)));
  const paths = differing(engines, (text) => text).filter((path) => engines.every((own) => own.has(path)));
  return paths.map((path) => ({ path, values: engines.map((own) => own.get(path) ?? null) }));
}

function engineEntry({ name, engine }: SubjectStage): [string, string][] {
  if (!engine) return [];
  return [[name, namesAndValues(engine)]];
}

/** The keys whose values are not the same everywhere, in the order in which they first appear. */
export function differing<T>(maps: readonly ReadonlyMap<string, T>[], text: (value: T) => string): string[] {
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  return keys.filter((key) => {
    const values = maps.map((map) => {
      const value = map.get(key);
      return value === undefined ? null : text(value);
    });
    return values.some((value) => value !== values[0]);
  });
}
