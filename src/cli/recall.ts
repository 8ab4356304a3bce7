/** The graph of a file that has not changed since it was last read, and what of it the cache holds. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Graph } from '../pipeline/pipeline.ts';
import { type RememberedGraph, recalled, remembered } from '../pipeline/recall.ts';
import type { Store } from '../run/store.ts';
import type { CommonFlags } from './main.ts';
import { version } from './version.ts';

interface Memory {
  readonly version: 1;
  /** Every file that the graph was read from, with its sha256. */
  readonly sources: { readonly [file: string]: string };
  readonly graph: RememberedGraph;
}

/** Null when there is none, or anything that it was made of has changed. */
export function recallGraph(file: string, flags: CommonFlags, store: Store): Graph | null {
  const memory = store.memory.get(keyOf(file, flags));
  if (!isMemory(memory)) return null;
  const same = Object.entries(memory.sources).every(([source, hash]) => sha256Of(source) === hash);
  return same ? recalled(memory.graph) : null;
}

/** It saves reading the file again: when that can't be written, nothing is lost. */
export function rememberGraph(file: string, flags: CommonFlags, store: Store, graph: Graph): void {
  const plain = remembered(graph);
  if (!plain) return;
  const sources: { [file: string]: string } = {};
  for (const source of Object.keys(graph.pipeline.sources)) {
    const hash = sha256Of(source);
    if (hash === null) return;
    sources[source] = hash;
  }
  store.memory.set(keyOf(file, flags), { version: 1, sources, graph: plain } satisfies Memory);
}

/** Another build of the program may read the same file differently. */
const build = `${version} ${new URL('.', import.meta.url).href}`;

function keyOf(file: string, { profile, set, commands }: CommonFlags): string {
  const parts = [build, process.cwd(), file, profile ?? null, set ?? [], commands ?? true];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sha256Of(file: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return null;
  }
}

/** It is sealed and made by this very build: only its version is in question. */
function isMemory(value: unknown): value is Memory {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1;
}
