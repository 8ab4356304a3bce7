/** Reads the schema beside a project's module; never the module itself. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, relative } from 'node:path';
import type * as Ajv from 'ajv/dist/2020.js';
import { type Diagnostic, Failure, type Place } from '../diagnostics/diagnostic.ts';
import {
  type CheckedProperty,
  type CheckedSchema,
  customKind,
  declarationSchema,
  schemaBeside,
} from '../stages/custom/kind.ts';
import { moduleDigest } from '../stages/custom/version.ts';
import type { Kind } from '../stages/kind.ts';
import { isOutside } from './extends.ts';
import { toJson } from './nodes.ts';
import { explain } from './schema-errors.ts';
import { schemaNamed } from './schemas.ts';
import { errorsBy, type Validator } from './validator.ts';
import { parseYaml } from './yaml.ts';

export interface CustomKind {
  readonly kind: Kind;
  readonly validator: Validator;
}
type Problem = Omit<Diagnostic, 'severity' | 'place'> & { readonly place?: Place };

// Not at the top: only projects with modules of their own compile a schema.
const load = createRequire(import.meta.url);

/** Problems without a place belong to where the stage names the module. */
export function readCustomKind(module: string, root: string): CustomKind | readonly Problem[] {
  const file = relative(process.cwd(), schemaBeside(module));
  const named = relative(root, module);
  if (isOutside(root, module))
    return [
      {
        code: 'path-outside',
        message: `the module \`${named}\` is outside of the project`,
        fix: 'move it into the project',
      },
    ];
  if (!existsSync(module))
    return [
      {
        code: 'file-not-found',
        message: `there is no module \`${named}\``,
        fix: 'look at the path; it is taken from the folder of the file',
      },
    ];
  if (!existsSync(file))
    return [
      {
        code: 'file-not-found',
        message: `the module \`${named}\` has no schema \`${basename(file)}\` beside it`,
        fix: 'write what params, inputs and outputs it has: see docs/language.md',
      },
    ];
  const parsed = parseYaml(readFileSync(file, 'utf8'), file);
  if (!parsed.ok) return parsed.diagnostics;
  return compile(module, parsed.value, file);
}

function compile(
  module: string,
  node: Parameters<typeof toJson>[0],
  file: string,
): CustomKind | readonly Problem[] {
  const { Ajv2020 }: typeof Ajv = load('ajv/dist/2020.js');
  const ajv = new Ajv2020({ allErrors: true, verbose: true, useDefaults: true, strict: false });
  const start = { file, line: 1, column: 1, endLine: 1, endColumn: 2 };
  const json: unknown = toJson(node);
  const fits = ajv.compile<CheckedSchema>(declarationSchema);
  if (!fits(json))
    return explain(fits.errors ?? [], node, { name: 'the schema', key: start, schema: '' }).map((one) => ({
      ...one,
      code: 'invalid-stage-schema',
    }));
  const own = Object.keys(json.properties ?? {}).find((param) => frame().has(param));
  if (own !== undefined)
    return [
      {
        code: 'invalid-stage-schema',
        message: `\`${own}\` is a key that every stage has, and can be no param`,
        place: start,
        fix: 'give the param another name',
      },
    ];
  const common = schemaNamed('common');
  if (common) ajv.addSchema(common);
  try {
    const kind = customKind(module, basename(module), json);
    const fits = ajv.compile(withFrame(json));
    // It is read, never run: what it can't import would end the run in its midst.
    moduleDigest(module);
    return { kind, validator: { fits, errors: errorsBy(fits) } };
  } catch (error) {
    if (error instanceof Failure) return [error.diagnostic];
    const why = error instanceof Error ? error.message : String(error);
    return [{ code: 'invalid-stage-schema', message: `this is no JSON Schema: ${why}`, place: start }];
  }
}

/** With what every stage has, references as references, and `${stages.…}` where a number may stand. */
function withFrame(schema: CheckedSchema): object {
  const own = Object.entries(schema.properties ?? {}).map(
    ([param, property]) => [param, openTo(property)] as const,
  );
  return {
    ...schema,
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries([...own, ...frame()]),
  };
}

/** What every stage has besides its kind's own params. */
const frame = () =>
  new Map(
    Object.entries(schemaNamed('command')?.properties ?? {}).filter(([, { $ref }]) =>
      $ref?.startsWith('common.schema.json'),
    ),
  );

const reference = { $ref: 'common.schema.json#/$defs/reference' };
const expression = { $ref: 'common.schema.json#/$defs/expression' };

function openTo(property: CheckedProperty): object {
  const { 'x-accepts': accepts, ...plain } = property;
  if (accepts) return property.type === 'array' ? { ...plain, items: reference } : { ...plain, ...reference };
  if (property.enum) return { anyOf: [plain, expression] };
  const types = [property.type ?? []].flat();
  const pattern = schemaNamed('common')?.$defs?.expression?.pattern;
  const plainType =
    types.length > 0 && types.every((type) => ['number', 'integer', 'boolean'].includes(type));
  return plainType ? { ...plain, type: [...types, 'string'], pattern } : plain;
}
