/** What the pipeline files of a project need of the cache, with every profile, as they are now. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { keyOf } from '../cache/checkpoints.ts';
import { findResult } from '../plan/decide.ts';
import { fingerprintStage, type UpstreamResults } from '../plan/stage-fingerprint.ts';
import type { Store } from '../run/store.ts';
import type { Opened } from './context.ts';
import { openFile } from './open.ts';

/** Fingerprints, and keys of trainings that may be continued. A file that is wrong needs nothing. `store`: of the cache that is asked. */
export async function neededHere(root: string, store: Store): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const file of yamlFiles(root)) {
    for (const profile of profilesOf(file)) {
      const opened = await openFile(relative(process.cwd(), file), profile, store);
      if (opened.ok) for (const key of await neededBy(opened.value)) needed.add(key);
    }
  }
  return needed;
}

async function neededBy({ graph, context }: Opened): Promise<string[]> {
  const results: UpstreamResults = new Map();
  const keys: string[] = [];
  for (const stage of graph.order) {
    if (stage.deferred.length > 0 || stage.dependsOn.some((name) => !results.has(name))) continue;
    const made = await fingerprintStage(stage, graph, results, context);
    keys.push(made.hash);
    if (made.prefix !== null) keys.push(keyOf(made.prefix, context.engine.identity));
    const result = await findResult(made, stage, context);
    if (result) results.set(stage.name, result);
  }
  return keys;
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

/** Without a profile, and with each; none for what is no pipeline. */
function profilesOf(file: string): { profile?: string }[] {
  try {
    const value: unknown = parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('version' in value)) return [];
    const profiles = 'profiles' in value ? Object.keys(Object(value.profiles)) : [];
    return [{}, ...profiles.map((profile) => ({ profile }))];
  } catch {
    return [];
  }
}
