/** Of JSON, what TypeScript does not tell by itself, and as people read it. */
import type { Json, JsonObject } from './kind.ts';

export function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: Json | undefined): JsonObject {
  return isMap(value) ? value : {};
}

/** JSON of a text without its quotes; other JSON as it is. */
export const withoutQuotes = (json: string): string =>
  json.startsWith('"') ? String(JSON.parse(json)) : json;

/** `{engine: 'wasm', threads: 2}` → `engine wasm, threads 2`. */
export function namesAndValues(map: JsonObject): string {
  return Object.entries(map)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
