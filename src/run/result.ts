/** What a stage left in its folder becomes a result in the store. */
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { GraphStage } from '../pipeline/pipeline.ts';
import type { Fingerprint } from '../plan/fingerprint.ts';
import { kindOf, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { StageOutcome } from '../stages/context.ts';
import type { JsonObject, Kind, PortType } from '../stages/kind.ts';
import { usedComponents } from '../stages/uses.ts';
import type { Execution, Job } from './execute.ts';
import type { HostResult } from './host.ts';
import type { Forward } from './messages.ts';
import type { Files, PortContent, StoredResult } from './store.ts';

/** Failure `no-output` when a port is left empty: then nothing is recorded. */
export async function storeResult(
  { stage, made, upstream }: Job,
  work: string,
  { outcome, forwards, peakMemory, left }: Extract<HostResult, { type: 'done' }>,
  seconds: number,
  run: Execution,
): Promise<StoredResult> {
  const kind = kindOf(stage, run);
  const engine = kind.usesEngine ? run.engine.identity : null;
  if (kind.module !== undefined) requireValues(stage, kind, outcome);
  const ports: { [port: string]: PortContent } = {};
  for (const [port, { type }] of Object.entries(kind.outputs(stage.params))) {
    const written = await adopt(left[port] ?? join(work, port), work, run);
    const passed = forwards
      .filter((forward) => forward.port === port)
      .map((forward) => [forward.path, refOf(forward, upstream, run)] as const);
    const files = { ...written, ...Object.fromEntries(passed) };
    if (Object.keys(files).length === 0) throw leftNothing(stage, `its output \`${port}\``);
    ports[port] = run.store.portContent(type, files, usesOf(type, files, stage, run));
  }
  const facts = await run.store.adoptText(factsOf(stage, kind, made, outcome, engine), `${work}.facts.json`);
  ports.facts = run.store.portContent('facts', { 'facts.json': facts });
  const result: StoredResult = {
    version: 1,
    engine,
    ports,
    values: outcome.values ?? {},
    summary: outcome.summary,
    facts: outcome.facts ?? {},
    createdBy: run.version,
    createdAt: new Date().toISOString(),
    seconds,
    ...(outcome.timing ? { timing: outcome.timing } : {}),
    peakMemory,
  };
  await run.store.record(made.hash, stage.kind, made.parts, result);
  return result;
}

/** Later stages were checked with what the module's schema says that it gives. */
function requireValues(stage: GraphStage, kind: Kind, { values = {} }: StageOutcome): void {
  const given = new Map(Object.entries(values));
  for (const [name, type] of Object.entries(kind.values(stage.params))) {
    const value = given.get(name);
    if (typeof value === type) continue;
    const gave = value === undefined ? 'gave no value' : `gave ${JSON.stringify(value)} as the value`;
    throw new Failure(
      'invalid-module',
      `\`${stage.name}\` ${gave} \`${name}\`, which is declared as a ${type}`,
      {
        place: stage.placeOf('kind'),
        fix: 'return it in `values`, or take it out of `x-values`',
      },
    );
  }
}

function usesOf(type: PortType, files: Files, stage: GraphStage, run: Execution): string[] {
  return usedComponents(type, (path) => {
    const ref = files[path];
    if (!ref) throw leftNothing(stage, `\`${path}\`, which a ${type} has`);
    return readFileSync(run.store.objectPath(ref), 'utf8');
  });
}

const leftNothing = ({ name }: GraphStage, what: string): Failure =>
  new Failure('no-output', `\`${name}\` ended well but left nothing for ${what}`);

/** What reports say of a stage. Its name and description are no part of it: renaming reruns nothing. */
function factsOf(
  stage: GraphStage,
  kind: Kind,
  made: Fingerprint,
  outcome: StageOutcome,
  engine: JsonObject | null,
): string {
  const references = new Set(kind.inputs(stage.params).map((port) => port.param));
  const params = Object.fromEntries(Object.entries(stage.params).filter(([name]) => !references.has(name)));
  const facts = {
    version: 1,
    kind: stage.kind,
    params,
    engine,
    versions: made.parts.components ?? {},
    facts: outcome.facts ?? {},
    values: outcome.values ?? {},
    summary: outcome.summary,
  };
  return `${JSON.stringify(facts, null, 2)}\n`;
}

/** `place`: the folder of the stage, which an output may only leave as a link to a file. */
async function adopt(path: string, place: string, run: Execution): Promise<Files> {
  requireWithin(path, place);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? { [basename(path)]: await run.store.adoptFile(path) } : run.store.adoptFolder(path);
}

/** Files are moved into the store: through a link to a folder they would be those of somebody else. */
function requireWithin(path: string, place: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // Nothing on the way to it can be a link.
  if (!found || (!found.isSymbolicLink() && dirname(path) === place)) return;
  const isLinkToFile =
    found.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;
  const real = realpathSync.native(isLinkToFile ? dirname(path) : path);
  const home = realpathSync.native(place);
  if (real === home || real.startsWith(`${home}${sep}`)) return;
  throw new Failure(
    'bad-output',
    `the output \`${relative(place, path)}\` leads out of the stage's folder, to ${real}`,
    { fix: 'copy what is there instead of linking to it: it would be moved away' },
  );
}

function refOf(forward: Forward, upstream: UpstreamResults, run: Execution): PortContent['files'][string] {
  for (const result of upstream.values()) {
    for (const port of Object.values(result.ports)) {
      const ref = Object.values(port.files).find(
        (candidate) => run.store.objectPath(candidate) === forward.from,
      );
      if (ref) return ref;
    }
  }
  throw new Error(`${forward.port}/${forward.path} forwards a file that is no input`);
}
