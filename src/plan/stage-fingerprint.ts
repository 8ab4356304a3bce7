/** Completes a stage's fingerprint once what it depends on has results. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Graph, GraphStage } from '../pipeline/pipeline.ts';
import type { PortContent, StoredResult } from '../run/store.ts';
import { named, usedPrefix } from '../stages/components.ts';
import type { Component, Json, JsonObject, Kind } from '../stages/kind.ts';
import { digest, type Fingerprint, fingerprint } from './fingerprint.ts';
import { inputFiles } from './input-files.ts';
import { type LineageStage, lineage } from './lineage.ts';

export type UpstreamResults = Map<string, StoredResult>;

export interface FingerprintContext {
  readonly kinds: (name: string) => Kind | undefined;
  readonly store: { readonly folder: string; hashFile(path: string): Promise<string> };
  readonly env: NodeJS.ProcessEnv;
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
  return fingerprint({
    kind,
    params: stage.params,
    chosen: stage.withoutDefaults(stage.params),
    seed: stage.seed ?? graph.pipeline.seed,
    components: [...(await ownComponents(stage, kind, graph, context.kinds)), ...read.components],
    inputs: read.inputs,
    outside: {
      ...(await outsideContent(stage, kind, graph.pipeline.root, context)),
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

/** Its kind's own components, and those of a search's trials, which alone take the parser. */
async function ownComponents(
  stage: GraphStage,
  kind: Kind,
  graph: Graph,
  kinds: FingerprintContext['kinds'],
): Promise<Component[]> {
  const random = kind.draws(stage.params) ? [named('random')] : [];
  const own = [...kind.components(stage.params), ...random];
  if (stage.kind !== 'tune') return own;
  const { trialComponents } = await import('./trial-components.ts');
  return [...own, ...trialComponents(stage, graph, kinds)];
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
        digestOf(ports[port], edge.stage, port),
      ]),
    );
    const own = shown.has(edge.param) ? { stage: edge.stage, ...content } : content;
    digests[edge.param] = [...(digests[edge.param] ?? []), own];
  }
  return digests;
}

function digestOf(port: PortContent | undefined, stage: string, name: string): string {
  if (!port) throw new Error(`${stage} has no result for ${name}`);
  return port.digest;
}

/** What a stage reads of the project, and a command's environment variables. */
async function outsideContent(
  stage: GraphStage,
  kind: Kind,
  root: string,
  context: FingerprintContext,
): Promise<JsonObject> {
  if (kind.reads) return contentOf(kind.reads(stage.params), root, context);
  const patterns = kind.files?.(stage.params);
  if (!patterns && stage.kind !== 'command') return {};
  const paths = patterns
    ? await matching(patterns, root)
    : await inputFiles(stage, root, context.store.folder);
  const outside: { [name: string]: string | null } = {};
  for (const path of paths) outside[`file:${path}`] = await context.store.hashFile(join(root, path));
  for (const name of stringsOf(stage.params.env)) outside[`env:${name}`] = context.env[name] ?? null;
  return outside;
}

/** A file's sha256, or a digest of all files in a folder by their paths in it; null for what isn't there. */
async function contentOf(
  places: { readonly [param: string]: string },
  root: string,
  { store }: FingerprintContext,
): Promise<JsonObject> {
  const content: { [name: string]: string | null } = {};
  for (const [param, place] of Object.entries(places)) {
    const path = resolve(root, place);
    const found = statSync(path, { throwIfNoEntry: false });
    content[`content of ${param}`] = !found
      ? null
      : found.isDirectory()
        ? digest(await folderHashes(path, store))
        : await store.hashFile(path);
  }
  return content;
}

/** More files at once would only wait for each other. */
const hashedAtOnce = 32;

async function folderHashes(
  folder: string,
  store: FingerprintContext['store'],
): Promise<{ [path: string]: string }> {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hashes: { [path: string]: string } = {};
  for (let at = 0; at < files.length; at += hashedAtOnce) {
    await Promise.all(
      files.slice(at, at + hashedAtOnce).map(async (file) => {
        hashes[relative(folder, file).split(sep).join('/')] = await store.hashFile(file);
      }),
    );
  }
  return hashes;
}

async function matching(patterns: readonly string[], root: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  return (await glob([...patterns], { cwd: root, dot: true, onlyFiles: true })).sort();
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
