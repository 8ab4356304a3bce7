/** Completes a stage's fingerprint once what it depends on has results. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Edge, Graph, GraphStage } from '../pipeline/pipeline.ts';
import type { PortContent, StoredResult } from '../run/store.ts';
import { componentsOf, named, usedPrefix } from '../stages/components.ts';
import type { Component, Json, JsonObject, Kind } from '../stages/kind.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import { type LineageStage, lineage } from './lineage.ts';
import { type OutsideContext, outsideContent } from './outside.ts';
import type { TrialParts } from './trial-parts.ts';

export type UpstreamResults = Map<string, StoredResult>;

export interface FingerprintContext extends OutsideContext {
  readonly kinds: (name: string) => Kind | undefined;
}

export async function fingerprintStage(
  stage: GraphStage,
  graph: Graph,
  results: UpstreamResults,
  context: FingerprintContext,
): Promise<Fingerprint> {
  const kind = kindOf(stage, context);
  const read = { inputs: inputDigests(stage, kind, results), components: componentsOfInputs(stage, results) };
  return complete(stage, kind, graph, read, context);
}

/** As if its inputs were those of an earlier fingerprint, whose parts are given. */
export async function fingerprintAssuming(
  before: JsonObject,
  stage: GraphStage,
  graph: Graph,
  context: FingerprintContext,
): Promise<Fingerprint> {
  const kind = kindOf(stage, context);
  const components = Object.keys(before.components ?? {}).filter((name) => usedPrefix.test(name));
  const read = { inputs: before.inputs ?? {}, components: components.map(named) };
  return complete(stage, kind, graph, read, context);
}

interface Read {
  readonly inputs: Json;
  readonly components: readonly Component[];
}

async function complete(
  stage: GraphStage,
  kind: Kind,
  graph: Graph,
  read: Read,
  context: FingerprintContext,
): Promise<Fingerprint> {
  const trials = await partsOfTrials(stage, graph, context);
  return fingerprint({
    kind,
    params: stage.params,
    chosen: stage.withoutDefaults(stage.params),
    seed: stage.seed ?? graph.pipeline.seed,
    components: [...componentsOf(kind, stage.params), ...trials.components, ...read.components],
    inputs: read.inputs,
    outside: {
      ...(await outsideContent(stage, kind, graph.pipeline.root, context)),
      ...trials.outside,
      ...(showsStages(kind, stage.params) ? { graph: drawn(lineage(stage, graph)) } : {}),
    },
  });
}

/** Does it show other stages, with their names and how they hang together? */
export function showsStages(kind: Kind, params: JsonObject): boolean {
  return kind.inputs(params).some((port) => port.accepts === 'reported');
}

const drawn = (stages: readonly LineageStage[]): string[] =>
  stages.map(({ name, kind, from }) => `${name} (${kind}) ← ${from.join(', ')}`);

/** Of a search alone, as only it takes the parser. */
async function partsOfTrials(
  stage: GraphStage,
  graph: Graph,
  context: FingerprintContext,
): Promise<TrialParts> {
  if (stage.kind !== 'tune') return { components: [], outside: {} };
  const trials = await import('./trial-parts.ts');
  return trials.partsOfTrials(stage, graph, context);
}

export function kindOf(stage: GraphStage, context: Pick<FingerprintContext, 'kinds'>): Kind {
  const kind = context.kinds(stage.kind);
  if (!kind) throw new Error(`unchecked kind ${stage.kind}`);
  return kind;
}

/** A program does not compute with our components, whatever it is given. */
function componentsOfInputs(stage: GraphStage, results: UpstreamResults): Component[] {
  if (stage.kind === 'command') return [];
  return stage.edges.flatMap((edge) =>
    edge.ports.flatMap((port) => (results.get(edge.stage)?.ports[port]?.uses ?? []).map(named)),
  );
}

/** A reference's name counts only where the stage shows it: in a list of `reported` stages. */
function inputDigests(
  stage: GraphStage,
  kind: Kind,
  results: UpstreamResults,
): { [param: string]: JsonObject[] } {
  const shown = new Set(
    kind
      .inputs(stage.params)
      .filter((port) => port.accepts === 'reported')
      .map((port) => port.param),
  );
  const digests: { [param: string]: JsonObject[] } = {};
  for (const edge of stage.edges) {
    const ports = results.get(edge.stage)?.ports ?? {};
    const content = Object.fromEntries(
      edge.ports.map((port) => [
        shown.has(edge.param) ? port : edge.ports.indexOf(port),
        digestOf(ports[port], stage, edge, port),
      ]),
    );
    const own = shown.has(edge.param) ? { stage: edge.stage, ...content } : content;
    digests[edge.param] = [...(digests[edge.param] ?? []), own];
  }
  return digests;
}

/** Failure `no-output`: an index may have been written by another version of a kind. */
function digestOf(
  content: PortContent | undefined,
  { placeOf }: GraphStage,
  { stage, param }: Edge,
  port: string,
): string {
  if (content) return content.digest;
  throw new Failure(
    'no-output',
    `the result of \`${stage}\` that the cache holds has no output \`${port}\``,
    {
      place: placeOf(param),
      fix: `make it anew: --rerun ${stage}`,
    },
  );
}
