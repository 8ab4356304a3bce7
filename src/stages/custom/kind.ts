/** A kind of stage that a project brings: a module with `run`, and its schema in a JSON file beside it. */
import { createHash } from 'node:crypto';
import { type InputPort, type Kind, type OutputPort, type PortType, portTypes } from '../kind.ts';
import { moduleDigest } from './version.ts';

/** What a module's schema says besides its params. */
interface Declaration {
  readonly inputs: readonly InputPort[];
  readonly outputs: { readonly [port: string]: OutputPort };
  readonly values: { readonly [value: string]: 'number' | 'string' };
  readonly draws: boolean;
}

/**
 * Its name in fingerprints is the file's: moving the module reruns nothing. The schema counts as a whole: it gives
 * params that nobody writes, and says which outputs there are.
 */
export function customKind(module: string, name: string, schema: CheckedSchema): Kind {
  const { inputs, outputs, values, draws } = declarationOf(schema);
  return {
    name,
    module,
    inputs: (params) => inputs.filter(({ param }) => params[param] !== undefined),
    outputs: () => outputs,
    values: () => values,
    usesEngine: false,
    draws: () => draws,
    components: () => [
      { name: 'module', version: moduleDigest(module) },
      { name: 'schema', version: createHash('sha256').update(JSON.stringify(schema)).digest('hex') },
    ],
    check: () => ({ diagnostics: [], forms: {} }),
  };
}

/** What a schema file must have beside JSON Schema's own words: `x-accepts` on properties that are references, outputs, values. */
export const declarationSchema = {
  type: 'object',
  required: ['title', 'description', 'x-outputs'],
  properties: {
    title: { type: 'string', minLength: 1 },
    description: { type: 'string', minLength: 1 },
    properties: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          'x-accepts': { type: 'array', minItems: 1, items: { enum: portTypes } },
          type: {},
        },
      },
    },
    'x-outputs': {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^(?!facts$)[A-Za-z][A-Za-z0-9_-]*$' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'description'],
        properties: { type: { enum: portTypes }, description: { type: 'string' } },
      },
    },
    'x-values': { type: 'object', additionalProperties: { enum: ['number', 'string'] } },
    'x-draws': { type: 'boolean' },
  },
} as const;

/** A schema file that `declarationSchema` has checked. */
export interface CheckedSchema {
  readonly properties?: { readonly [param: string]: CheckedProperty };
  readonly required?: readonly string[];
  readonly 'x-outputs': Declaration['outputs'];
  readonly 'x-values'?: Declaration['values'];
  readonly 'x-draws'?: boolean;
}
export interface CheckedProperty {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly 'x-accepts'?: readonly PortType[];
}

function declarationOf(schema: CheckedSchema): Declaration {
  const inputs = Object.entries(schema.properties ?? {}).flatMap(([param, property]) => {
    const accepts = property['x-accepts'];
    return accepts ? [{ param, accepts, list: property.type === 'array' }] : [];
  });
  return {
    inputs,
    outputs: schema['x-outputs'],
    values: schema['x-values'] ?? {},
    draws: schema['x-draws'] ?? true,
  };
}

/** The schema file beside a module: my-stage.ts → my-stage.schema.json. */
export const schemaBeside = (module: string): string => module.replace(/\.[^./\\]+$/, '.schema.json');

/** Does a stage of this kind start code that the project brings? */
export const startsCode = (kind: Pick<Kind, 'name' | 'module'>): boolean =>
  kind.module !== undefined || kind.name === 'command';
