/** Of JSON, what TypeScript does not tell by itself, and as people read it. */
import type { Json, JsonObject } from './kind.ts';

export function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: Json | undefined): JsonObject {
  return isMap(value) ? value : {};
}

/** What a table makes of a map of one key, such as `{ adam: { learningRate: 0.01 } }`; its schema sees to that one. */
export function madeOf<Options extends object, Made>(
  table: { readonly [K in keyof Options]-?: (options: NonNullable<Options[K]>) => Made },
  given: Options,
): Made {
  const make = <K extends keyof Options>(name: K): { made: Made } | null => {
    const options = given[name];
    return options == null ? null : { made: table[name](options) };
  };
  for (const name in table) {
    const found = make(name);
    if (found) return found.made;
  }
  throw new Error(`unchecked: none of ${Object.keys(table).join(', ')}`);
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
