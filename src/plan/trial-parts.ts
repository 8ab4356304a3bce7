/** What a search's trials hang on: their components, and what they read of the project, decide its outcome as its own do. */
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import { cornerTrials } from '../pipeline/trial.ts';
import { componentsOf } from '../stages/components.ts';
import type { Component, JsonObject, Kind } from '../stages/kind.ts';
import { outsideContent } from './outside.ts';
import type { FingerprintContext } from './stage-fingerprint.ts';

export interface TrialParts {
  readonly components: readonly Component[];
  readonly outside: JsonObject;
}

/** Of all stages of all trials: a choice may decide between components or files, so each of its values is looked at. */
export async function partsOfTrials(
  tune: GraphStage,
  graph: Graph,
  context: FingerprintContext,
): Promise<TrialParts> {
  // Their number of epochs decides none of it, and may come while it runs.
  const all = cornerTrials(tune, graph, 1).flatMap(({ trial }) => (trial.ok ? trial.value.order : []));
  // What the space leaves alone is the same in each trial, and read once.
  const stages = [
    ...new Map(all.map((stage) => [JSON.stringify([stage.kind, stage.params]), stage])).values(),
  ];
  const components: Component[] = [];
  const outside: { [name: string]: JsonObject[string] } = {};
  for (const stage of stages) {
    const kind = context.kinds(stage.kind);
    if (!kind) continue;
    components.push(...componentsOf(kind, stage.params));
    Object.assign(outside, await contentByPath(stage, kind, graph.pipeline.root, context));
  }
  return { components: together(components), outside };
}

/** Two trials may read different things by the same param, so it is the path that names them. */
async function contentByPath(
  stage: GraphStage,
  kind: Kind,
  root: string,
  context: FingerprintContext,
): Promise<JsonObject> {
  const content = await outsideContent(stage, kind, root, context);
  const places = new Map(
    Object.entries(kind.reads?.(stage.params) ?? {}).map(([param, place]) => [`content of ${param}`, place]),
  );
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [
      places.has(name) ? `file:${places.get(name)}` : name,
      value,
    ]),
  );
}

/** Several modules of a project are all called `module`. */
function together(components: readonly Component[]): Component[] {
  const versions = new Map<string, Set<Component['version']>>();
  for (const { name, version } of components)
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  return [...versions].map(([name, own]) => {
    const [version = 0, ...others] = [...own].sort();
    return { name, version: others.length > 0 ? [version, ...others].join(' ') : version };
  });
}
