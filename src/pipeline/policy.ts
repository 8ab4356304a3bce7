/** How a stage is run, whatever its kind: the keys that never count in a fingerprint. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Json, JsonObject } from '../stages/kind.ts';
import { policyKeys } from '../stages/policy-keys.ts';
import { type MapNode, toJson, where } from './nodes.ts';

export interface Policy {
  /** Of one try; null without a limit. */
  readonly timeoutMs: number | null;
  /** Tries after the first. */
  readonly retries: number;
  readonly resources: Resources;
  /** Names, sorted. */
  readonly mutex: readonly string[];
  readonly cache: CachePolicy;
}

/** When a stored result is taken: whenever it fits, never, or while it is young. */
export type CachePolicy = 'always' | 'never' | { readonly ttl: string; readonly ttlMs: number };

/** What a stage takes of a machine, or what a machine has. */
export interface Resources {
  readonly cpu: number;
  readonly gpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** Of a stage that its schema has checked; what it has not is as if it were not there. */
export function readPolicy(value: JsonObject): Policy {
  const { timeout, retries, resources, mutex, cache } = value;
  return {
    timeoutMs: typeof timeout === 'string' ? readDuration(timeout) : null,
    retries: typeof retries === 'number' ? retries : 0,
    resources: readResources(resources),
    mutex: names(mutex),
    cache: readCache(cache),
  };
}

/** A value of another stage comes too late for these keys. */
export function latePolicies(node: MapNode): Diagnostic[] {
  return [...policyKeys, 'seed']
    .filter((key) => {
      const value = node.entries.get(key)?.value;
      return value !== undefined && /\$\{stages\./.test(JSON.stringify(toJson(value)));
    })
    .map((key) => ({
      severity: 'error',
      code: 'invalid-value',
      message: `\`${key}\` is needed before any stage has run, and can't be a value of one`,
      ...where(node, [key]),
    }));
}

function readResources(value: Json | undefined): Resources {
  const given = new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}));
  const [cpu, gpu, memory] = ['cpu', 'gpu', 'memory'].map((name) => given.get(name));
  return {
    cpu: typeof cpu === 'number' ? cpu : 1,
    gpu: typeof gpu === 'number' ? gpu : 0,
    memory: typeof memory === 'string' ? readSize(memory) : 0,
  };
}

function readCache(value: Json | undefined): CachePolicy {
  const ttl = typeof value === 'object' && value !== null && 'ttl' in value ? value.ttl : null;
  if (typeof ttl === 'string') return { ttl, ttlMs: readDuration(ttl) };
  return value === 'never' ? 'never' : 'always';
}

function names(value: Json | undefined): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((name) => typeof name === 'string').sort();
}

const milliseconds: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.5h` in milliseconds; NaN for what is no duration. */
export function readDuration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(number) * (milliseconds[unit ?? ''] ?? Number.NaN);
}

/** `4GB` in bytes; NaN for what is no size. */
export function readSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|TB)$/.exec(text) ?? [];
  return unit === undefined ? Number.NaN : Number(number) * 1024 ** units.indexOf(unit);
}
