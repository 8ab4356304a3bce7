/** A page about a kind of stage, made from its schema. */
import type { Schema } from '../pipeline/schemas.ts';
import type { Kind } from '../stages/kind.ts';
import { wrapped } from './text.ts';

export interface PageOptions {
  readonly name: string;
  readonly width: number;
  /** The definition that a `$ref` points to. */
  readonly dereferenced: (schema: Schema) => Schema;
  /** Null for a module, whose schema says it. */
  readonly kind: Kind | null;
}

export function schemaPage(schema: Schema, options: PageOptions): string {
  const { properties = {} } = schema;
  const isFrame = (key: string): boolean => properties[key]?.$ref === `common.schema.json#/$defs/${key}`;
  const part = (keys: readonly string[]): string[] =>
    keysOf(
      { ...schema, properties: Object.fromEntries(keys.map((key) => [key, properties[key] ?? {}])) },
      options,
      2,
    );
  const names = Object.keys(properties);
  const own = part(names.filter((key) => !isFrame(key)));
  const frame = part(names.filter(isFrame));
  const head = [`${options.name}: ${schema.description ?? ''}`, ''];
  const every = frame.length === 0 ? [] : ['', 'Every stage also has', '', ...frame];
  return `${[...head, ...own, ...given(options), ...every].join('\n')}\n`;
}

/** What other stages may take of it: ports, and values. */
function given({ kind, width }: PageOptions): string[] {
  const outputs = Object.entries(kind?.outputs({}) ?? {});
  const values = Object.keys(kind?.values({}) ?? {}).map((name) => `\`\${stages.NAME.${name}}\``);
  const ports = outputs.flatMap(([port, { type, description }]) => [
    `  ${port}  (${type})`,
    ...wrapped(description, width - 6).map((line) => `      ${line}`),
  ]);
  const taken = wrapped(`Values: ${values.join(', ')}`, width - 2).map((line) => `  ${line}`);
  return [
    ...(ports.length > 0 ? ['', 'It gives', '', ...ports] : []),
    ...(values.length > 0 ? ['', ...taken] : []),
  ];
}

function keysOf(given: Schema, options: PageOptions, indent: number): string[] {
  const schema = options.dereferenced(given);
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    keyLines(key, options.dereferenced(property), schema.required?.includes(key) ?? false, options, indent),
  );
}

function keyLines(
  key: string,
  schema: Schema,
  required: boolean,
  options: PageOptions,
  indent: number,
): string[] {
  const facts = [
    typeOf(schema, options),
    required ? 'required' : '',
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ].filter(Boolean);
  const example = schema.examples?.[0];
  const text = `${schema.description ?? ''}${example === undefined ? '' : ` Example: ${JSON.stringify(example)}`}`;
  const pad = ' '.repeat(indent);
  const { additionalProperties: others } = schema;
  // A map of names that the file chooses.
  const named =
    typeof others === 'object' && others.properties ? { properties: { '<name>': others } } : undefined;
  const inner = [schema, schema.items, named, ...(schema.anyOf ?? [])].flatMap((one) =>
    one && indent < 10 ? keysOf(one, options, indent + 2) : [],
  );
  return [
    `${pad}${key}  (${facts.join(', ')})`,
    ...wrapped(text, options.width - indent - 4).map((line) => `${pad}    ${line}`),
    ...inner,
  ];
}

const words: { readonly [type: string]: string } = {
  object: 'map',
  array: 'list',
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
};

function typeOf(schema: Schema, options: PageOptions): string {
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.anyOf) {
    const branches = schema.anyOf.map(options.dereferenced).filter((one) => one.title !== 'Expression');
    return [...new Set(branches.map((one) => typeOf(one, options)))].join(' | ');
  }
  // A text with a pattern beside a number is an expression, which may stand everywhere.
  const types = [schema.type ?? []].flat();
  const own = types.length > 1 ? types.filter((type) => type !== 'string') : types;
  return own.map((type) => words[type] ?? type).join(' | ') || 'anything';
}
