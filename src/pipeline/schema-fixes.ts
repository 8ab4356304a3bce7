/** What to write instead: the right value in the wrong form, the right key in the wrong place. */
import type { ErrorObject } from 'ajv';
import { nearest } from '../diagnostics/suggest.ts';
import { pathsTo, schemaNamed } from './schemas.ts';

interface Wanted {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [key: string]: unknown };
  readonly minProperties?: unknown;
  readonly items?: unknown;
  readonly pattern?: unknown;
  readonly examples?: unknown;
}

/** The words that YAML 1.1 took for booleans; in 1.2 they are texts. */
const words11 = new Map([
  ...['yes', 'on', 'y'].map((word) => [word, true] as const),
  ...['no', 'off', 'n'].map((word) => [word, false] as const),
]);

export function typeFix(data: unknown, wanted: Wanted): string | undefined {
  const types = [wanted.type ?? []].flat();
  const takes = (type: string): boolean => types.includes(type);
  if (data === null)
    return takes('object') && wanted.minProperties === undefined
      ? 'write `{}` for its defaults'
      : 'give it a value';
  if (typeof data === 'string') return textFix(data, takes, wanted);
  if (takes('array') && typeof data !== 'object') return `write \`[${String(data)}]\``;
  if (Array.isArray(data) && data.length === 1 && !takes('object'))
    return `write \`${show(data[0])}\` without brackets`;
  if (takes('array') && !takes('object') && !Array.isArray(data))
    return (Object(wanted.items).type === 'string' && exampleOf(wanted)) || `write \`[${show(data)}]\``;
  if (takes('integer') && typeof data === 'number' && !Number.isInteger(data))
    return `take ${Math.round(data)}`;
  if (takes('boolean') && (data === 0 || data === 1)) return `write \`${data === 1}\``;
  if (takes('string') && typeof data === 'number' && wanted.pattern !== undefined)
    return exampleOf(wanted) ?? 'write it as a text';
  if (takes('string') && typeof data !== 'object') return `write it in quotes: "${String(data)}"`;
  return undefined;
}

function exampleOf({ examples }: Wanted): string | undefined {
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return example === undefined ? undefined : `such as \`${show(example)}\``;
}

function textFix(data: string, takes: (type: string) => boolean, wanted: Wanted): string | undefined {
  const number = Number(
    data
      .trim()
      .replace(/^(-?\d+),(\d+)$/, '$1.$2')
      .replace(/^(-?[\d.]+) *%$/, (_, n: string) => String(Number(n) / 100)),
  );
  const wholeEnough = takes('number') || Number.isInteger(number);
  if ((takes('number') || takes('integer')) && data.trim() !== '' && Number.isFinite(number) && wholeEnough)
    return `write it ${String(number) === data.trim() ? 'without quotes' : 'as a number'}: ${number}`;
  const numeric = wanted.enum?.find((one) => typeof one === 'number' && one === number);
  if (numeric !== undefined && data.trim() !== '') return `write it without quotes: ${number}`;
  const lower = data.trim().toLowerCase();
  const truth = lower === 'true' ? true : lower === 'false' ? false : words11.get(lower);
  if (takes('boolean') && truth !== undefined) return `write \`${truth}\``;
  const properties = Object.keys(wanted.properties ?? {});
  const property = properties.find((key) => key.toLowerCase() === lower) ?? nearest(data, properties);
  if (takes('object') && property) return `write \`{ ${property}: {} }\``;
  if (takes('array') && data !== '') return `write \`[${data}]\``;
  return undefined;
}

/** The nearest key, or the place that this one belongs to. */
export function keyFix(
  key: string,
  known: readonly string[],
  path: readonly string[],
  schema: string,
): string {
  const [first = '', ...rest] = key.split(':');
  if (rest.length > 0 && known.includes(first))
    return `write a space after the colon: \`${first}: ${rest.join(':')}\``;
  const near = nearest(key, known);
  if (near) return `did you mean \`${near}\`?`;
  const own = schemaNamed(schema);
  const named = path.filter((step) => !/^\d+$/.test(step));
  const elsewhere = own ? pathsTo(key, own).find((way) => isAround(way.slice(0, -1), named)) : undefined;
  if (elsewhere)
    return elsewhere.length === 1
      ? `it belongs to the stage itself, a level up`
      : `it belongs in \`${elsewhere.slice(0, -1).join('.')}\``;
  const frame = schemaNamed('pipeline');
  if (schema !== 'pipeline' && Object.hasOwn(frame?.properties ?? {}, key))
    return 'it belongs to the top of the file';
  if (schema === 'pipeline' && path.length === 0 && schemaNamed(key)?.title?.endsWith('Stage'))
    return 'it belongs under `stages`';
  return known.length > 0 ? `it may have ${list(known)}` : 'remove it';
}

/** Is one of two ways the beginning of the other? */
function isAround(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).join('.') === b.slice(0, length).join('.');
}

export function missingFix(key: string, parent: ErrorObject['parentSchema']): string {
  const examples: unknown = parent?.properties?.[key]?.examples;
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return example === undefined ? `add \`${key}\`` : `add \`${key}\`, such as \`${key}: ${show(example)}\``;
}

export function rangeWords(error: ErrorObject): string {
  const { limit } = error.params;
  switch (error.keyword) {
    case 'minimum':
      return `be at least ${limit}`;
    case 'maximum':
      return `be at most ${limit}`;
    case 'exclusiveMinimum':
      return `be above ${limit}`;
    case 'exclusiveMaximum':
      return `be below ${limit}`;
    case 'minItems':
      return `have at least ${limit} items`;
    case 'maxItems':
      return `have at most ${limit} items`;
    case 'minLength':
      return 'not be empty';
    case 'uniqueItems':
      return 'have each value once';
    case 'pattern':
      return error.parentSchema?.description
        ? `fit: ${error.parentSchema.description}`
        : `fit ${error.params.pattern}`;
    default:
      return String(error.message ?? 'be right').replace(/^must /, '');
  }
}

export const list = (values: readonly unknown[]): string => values.map(String).join(', ');

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
