/** What the pipeline files of a project need of the cache, with every profile, as they are now. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { keyOf } from '../cache/checkpoints.ts';
import { type Diagnostic, Failure } from '../diagnostics/diagnostic.ts';
import { systemDiagnostic } from '../diagnostics/system.ts';
import { completeStage } from '../pipeline/stages.ts';
import { findResult } from '../plan/decide.ts';
import { fingerprintStage, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { Store } from '../run/store.ts';
import { type Opened, openGraph } from './context.ts';
import { readGraph } from './open.ts';

export interface NeededHere {
  /** Fingerprints, and keys of trainings that may be continued. */
  readonly keys: ReadonlySet<string>;
  /** Files that can't be planned, so that nobody knows what they need. */
  readonly unknown: readonly Unknown[];
}

export interface Unknown {
  readonly file: string;
  /** Null where not even that can be read. */
  readonly pipeline: string | null;
  readonly why: readonly Diagnostic[];
}

/** `store`: of the cache that is asked. */
export async function neededHere(root: string, store: Store): Promise<NeededHere> {
  const keys = new Set<string>();
  const unknown: Unknown[] = [];
  for (const path of yamlFiles(root)) {
    const file = relative(process.cwd(), path);
    const { pipeline, profiles } = headOf(path);
    for (const profile of profiles) {
      const why = await addNeeded(file, profile, store, keys);
      if (why.length === 0) continue;
      unknown.push({ file, pipeline, why });
      break;
    }
  }
  return { keys, unknown };
}

/** Why it can't be known; empty where it is. Warnings are for whoever works on the file, not for whoever makes room. */
async function addNeeded(
  file: string,
  profile: { readonly profile?: string },
  store: Store,
  keys: Set<string>,
): Promise<readonly Diagnostic[]> {
  try {
    const read = readGraph(file, profile);
    if (!read.ok) return read.diagnostics;
    await addNeededBy(await openGraph({ graph: read.value, ...allOfIt }, profile, store), keys);
    return [];
  } catch (error) {
    const told = error instanceof Failure ? error.diagnostic : systemDiagnostic(error);
    if (told) return [told];
    throw error;
  }
}

const allOfIt = { given: new Set<string>(), rerun: new Set<string>() };

async function addNeededBy(
  { graph, context }: Pick<Opened, 'graph' | 'context'>,
  keys: Set<string>,
): Promise<void> {
  const results: UpstreamResults = new Map();
  for (const declared of graph.order) {
    if (declared.dependsOn.some((name) => !results.has(name))) continue;
    const completed = completeStage(declared, results);
    if (!completed.ok) continue;
    const stage = completed.value;
    const made = await fingerprintStage(stage, graph, results, context);
    keys.add(made.hash);
    if (made.prefix !== null) keys.add(keyOf(made.prefix, context.engine.identity));
    // Whether it would be taken or made again: what follows hangs on it.
    const result = await findResult(
      made,
      { ...stage, policy: { ...stage.policy, cache: 'always' } },
      context,
    );
    if (result) results.set(stage.name, result);
  }
}

const skipped = new Set(['node_modules', 'cache', 'dist']);

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return skipped.has(entry.name) || entry.name.startsWith('.') ? [] : yamlFiles(path);
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}

/** Its name, and the profiles to plan it with: none for what is no pipeline, else without one and with each. */
function headOf(file: string): { pipeline: string | null; profiles: { profile?: string }[] } {
  const text = readable(file);
  try {
    const value: unknown = parse(text);
    if (typeof value !== 'object' || value === null || !('version' in value)) return none;
    if (!('stages' in value || 'extends' in value)) return none;
    const profiles = 'profiles' in value ? Object.keys(Object(value.profiles)) : [];
    const pipeline = 'name' in value && typeof value.name === 'string' ? value.name : null;
    return { pipeline, profiles: [{}, ...profiles.map((profile) => ({ profile }))] };
  } catch {
    return brokenHead(text);
  }
}

/** Of a file that is no YAML just now: whoever works on it needs its results all the same. */
function brokenHead(text: string): { pipeline: string | null; profiles: { profile?: string }[] } {
  if (!/^version:/m.test(text) || !/^(?:stages|extends):/m.test(text)) return none;
  const [, name = null] = /^name:\s*["']?([\w-]+)/m.exec(text) ?? [];
  return { pipeline: name, profiles: [{}] };
}

function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const none = { pipeline: null, profiles: [] };
