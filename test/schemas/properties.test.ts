import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { dereferenced, type Schema, schemaNamed } from '../../src/pipeline/schemas.ts';

const names = readdirSync('schemas')
  .filter((name) => name.endsWith('.schema.json'))
  .map((name) => name.replace('.schema.json', ''));

/** Every property of a schema, with its path, whether it must be there, and what a `$ref` says of it. */
function properties(
  schema: Schema,
  root: Schema,
  path: string,
): { path: string; required: boolean; property: Schema }[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, given]) => {
    const property = dereferenced(given, root);
    const at = `${path}.${key}`;
    const own = { path: at, required: schema.required?.includes(key) || isOneOf(schema), property };
    // What another definition holds is looked at there.
    return [own, ...(given.$ref === undefined ? properties(given, root, at) : [])];
  });
  const parts = [
    schema.items,
    ...(schema.anyOf ?? []),
    typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined,
  ];
  const defs = path.includes('.') ? [] : Object.entries(schema.$defs ?? {});
  return [
    ...inner,
    ...parts.flatMap((part) => (part ? properties(part, root, path) : [])),
    ...defs.flatMap(([name, part]) => properties(part, root, `${path}#${name}`)),
  ];
}

/** One of its keys is chosen, none is filled in. */
const isOneOf = (schema: Schema): boolean => schema.maxProperties === 1;

function lacks({ required, property }: { required: boolean; property: Schema }): string[] {
  const { title, description = '', examples = [] } = property;
  // A map's keys have examples of their own.
  const closed =
    property.enum !== undefined || property.const !== undefined || property.properties !== undefined;
  const said = 'default' in property || /default|without|in place of|none|never/i.test(description);
  // A map's keys have defaults of their own; a text such as a path is there or not.
  const plain = ['number', 'integer', 'boolean'];
  const chosen =
    property.enum === undefined && ![property.type].flat().some((type) => plain.includes(String(type)));
  return [
    ...(title ? [] : ['has no title']),
    ...(description ? [] : ['has no description']),
    ...(closed || examples.length > 0 ? [] : ['has no example']),
    ...(required || said || chosen
      ? []
      : ['is optional, and says neither a default nor what happens without it']),
  ];
}

/** A kind of stage within `stages` is described by its own schema. */
const isKind = (path: string): boolean => /^pipeline#stages\.(?!kind$)\w+$/.test(path);

for (const name of names) {
  test(`every property of ${name}.schema.json has title, description and example, and says its default`, () => {
    const schema = schemaNamed(name);
    assert.ok(schema);
    const all = properties(schema, schema, name).filter(({ path }) => !isKind(path));
    const lacking = all.flatMap((one) => lacks(one).map((what) => `${one.path} ${what}`));
    assert.deepEqual(lacking, []);
  });
}
