/**
 * A graph as plain JSON and back: whoever only wants to know whether anything changed needs neither parser nor schemas.
 * What is recalled has no `node`: a trial is read from the file itself.
 */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Json, JsonObject } from '../stages/kind.ts';
import { kindNamed } from '../stages/registry.ts';
import type { Graph, GraphStage, Pipeline } from './pipeline.ts';

export interface RememberedGraph {
  readonly pipeline: Omit<Pipeline, 'stages' | 'kinds'>;
  readonly order: readonly RememberedStage[];
  readonly takes: Graph['takes'];
}

type Plain = Omit<GraphStage, 'placeOf' | 'where' | 'node' | 'recheck' | 'withoutDefaults'>;
interface RememberedStage extends Plain {
  readonly chosen: JsonObject;
  /** By path of a param; where it has the place of what is around it, nothing. */
  readonly places: { readonly [path: string]: Place };
}

/**
 * Null for a graph that is more than its file: with searches, whose trials are read from it, stages of the user's own
 * kinds, or values that come while it runs.
 */
export function remembered({ pipeline, order, takes }: Graph): RememberedGraph | null {
  if (order.some(isMore)) return null;
  const { stages: _, kinds: __, ...plain } = pipeline;
  return { pipeline: plain, order: order.map(rememberedStage), takes };
}

const isMore = ({ kind, deferred }: GraphStage): boolean =>
  kind === 'tune' || deferred.length > 0 || /[./\\]/.test(kind);

function rememberedStage(stage: GraphStage): RememberedStage {
  const { placeOf: _, where: __, node: ___, recheck: ____, withoutDefaults: _____, ...plain } = stage;
  return { ...plain, chosen: stage.withoutDefaults(stage.params), places: placesOf(stage) };
}

function placesOf(stage: GraphStage): { [path: string]: Place } {
  const places: { [path: string]: Place } = {};
  const visit = (value: Json, path: string, around: Place): void => {
    const place = path === '' ? around : stage.placeOf(path);
    if (path !== '' && !isSame(place, around)) places[path] = place;
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value))
      visit(inner, path === '' ? key : `${path}.${key}`, place);
  };
  visit(stage.params, '', stage.placeOf(''));
  return places;
}

function isSame(a: Place, b: Place): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}

/** Only graphs of built-in kinds are remembered, and whoever reads a stage again has read the file. */
const builtIn: Pipeline['kinds'] = {
  named: kindNamed,
  validator: () => undefined,
  names: () => [],
  problems: () => [],
  fromRoot: (stages) => stages,
};

export function recalled({ pipeline, order, takes }: RememberedGraph): Graph {
  const stages = order.map(recalledStage);
  return { pipeline: { ...pipeline, stages, kinds: builtIn }, order: stages, takes };
}

function recalledStage({ chosen, places, ...plain }: RememberedStage): GraphStage {
  const placeOf = (path: string): Place => {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const place = places[at];
      if (place) return place;
    }
    return plain.place;
  };
  return {
    ...plain,
    placeOf,
    where: (path) => ({ place: placeOf(path) }),
    node: { type: 'map', entries: new Map(), place: plain.place },
    // Only what comes while it runs is checked again, and such graphs are not remembered.
    recheck: () => [],
    withoutDefaults: () => chosen,
  };
}
