/** Why a stage has to run, from the stored parts of its last fingerprint and the present ones. */
import type { Json, JsonObject } from '../stages/kind.ts';

/** One line a difference, most telling first; empty when the parts are equal. */
export function differences(before: JsonObject, now: JsonObject): string[] {
  return [
    ...changes('param', before.params, now.params),
    ...changes('component', before.components, now.components),
    ...changedInputs(before.inputs, now.inputs),
    ...changes('', { seed: before.seed ?? null }, { seed: now.seed ?? null }),
    ...changes('', before.outside ?? {}, now.outside ?? {}),
  ];
}

function changes(label: string, before: Json | undefined, now: Json | undefined): string[] {
  const old = flatten(before ?? {});
  const present = flatten(now ?? {});
  const lines: string[] = [];
  for (const path of new Set([...old.keys(), ...present.keys()])) {
    const from = old.get(path) ?? 'default';
    const to = present.get(path) ?? 'default';
    if (from !== to) lines.push(`${label} ${path} ${from} → ${to}`.trim());
  }
  return lines;
}

function changedInputs(before: Json | undefined, now: Json | undefined): string[] {
  const old = flatten(before ?? {});
  const params = [...flatten(now ?? {})]
    .filter(([path, digest]) => old.get(path) !== digest)
    .map(([path]) => path.split('.')[0]);
  return [...new Set(params)].map((param) => `input ${param} changed`);
}

/** `{a: {b: 1}}` → `a.b` → `1`. */
export function flatten(value: Json, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, JSON.stringify(value)]]);
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== '') return new Map([[path, Array.isArray(value) ? '[]' : '{}']]);
  return new Map(
    entries.flatMap(([key, inner]) => [...flatten(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
