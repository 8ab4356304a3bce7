/** The schemas as they lie in schemas/, read when an error or a command needs more of them than the validators tell. */
import { readFileSync } from 'node:fs';

/** The part of JSON Schema that ours use. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: { readonly [key: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $defs?: { readonly [name: string]: Schema };
}

const known = new Map<string, Schema | null>();

/** `train`, `pipeline`, `common`; null for what is none of ours. */
export function schemaNamed(name: string): Schema | null {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = /^[a-z]+$/i.test(name) ? read(name) : null;
  known.set(name, made);
  return made;
}

function read(name: string): Schema | null {
  try {
    return JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
  } catch {
    return null;
  }
}

/** The definition that a `$ref` points to, with what stands beside the `$ref` laid over it. */
export function dereferenced(schema: Schema, home: Schema | null): Schema {
  const { $ref, ...beside } = schema;
  if ($ref === undefined) return schema;
  const [file = '', path = ''] = $ref.split('#');
  const from = file === '' ? home : schemaNamed(file.replace('.schema.json', ''));
  const name = path.replace('/$defs/', '');
  const target = path === '' ? from : from?.$defs?.[name];
  return target ? { ...dereferenced(target, from), ...beside } : schema;
}

/** Where a schema has a key: every path to it, lists left out. */
export function pathsTo(key: string, root: Schema): string[][] {
  const found: string[][] = [];
  const visit = (given: Schema, path: readonly string[], depth: number): void => {
    const schema = dereferenced(given, root);
    if (depth > 8) return;
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (name === key) found.push([...path, name]);
      visit(property, [...path, name], depth + 1);
    }
    if (schema.items) visit(schema.items, path, depth + 1);
    for (const branch of schema.anyOf ?? []) visit(branch, path, depth + 1);
  };
  visit(root, [], 0);
  return found;
}
