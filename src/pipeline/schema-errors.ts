/** What ajv finds, in plain words and at its place. */
import type { ErrorObject } from 'ajv';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { child, type Node, placeOf } from './nodes.ts';

export function explain(errors: readonly ErrorObject[], root: Node, prefix: string): Diagnostic[] {
  const useful = errors.filter((error) => !['if', 'propertyNames'].includes(error.keyword));
  // An anyOf fails with all its branches: one mistake is told once, by the anyOf itself.
  const unions = useful.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath);
  const told = useful.filter(
    (error) =>
      error.keyword === 'anyOf' ||
      !unions.some((path) => error.instancePath === path || error.instancePath.startsWith(`${path}/`)),
  );
  const seen = new Set<string>();
  return told
    .filter(
      (error) =>
        !seen.has(
          `${error.instancePath}${error.keyword === 'additionalProperties' ? error.params.additionalProperty : ''}`,
        ) &&
        seen.add(
          `${error.instancePath}${error.keyword === 'additionalProperties' ? error.params.additionalProperty : ''}`,
        ),
    )
    .map((error) => one(error, root, prefix));
}

function one(error: ErrorObject, root: Node, prefix: string): Diagnostic {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = [prefix, ...path].filter((step) => step !== '').join('.') || 'the file';
  const place = placeOf(root, path);
  const base = { severity: 'error' as const, place };
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, root, path, name);
    case 'required':
      return {
        ...base,
        code: 'missing-key',
        message: `\`${name}\` needs \`${error.params.missingProperty}\``,
        fix: `add \`${error.params.missingProperty}\``,
      };
    case 'enum':
      return invalid(
        base,
        name,
        error.data,
        `one of ${list(error.params.allowedValues)}`,
        error.params.allowedValues,
      );
    case 'const':
      return name === 'version'
        ? {
            ...base,
            code: 'unsupported-version',
            message: `\`version\` is ${show(error.data)}; this pipe reads version 1`,
            fix: 'write `version: 1`',
          }
        : invalid(base, name, error.data, show(error.params.allowedValue), []);
    case 'type':
      return wrongType(base, name, error);
    case 'pattern':
      // A number may also be a `${…}`: any other text is of the wrong type, not of the wrong form.
      if (Array.isArray(error.parentSchema?.type))
        return wrongType(base, name, { ...error, params: { type: error.parentSchema.type.join() } });
      return refused(base, name, error);
    case 'anyOf':
      return invalid(base, name, error.data, expected(error), allowed(error));
    default:
      return refused(base, name, error);
  }
}

type Base = { severity: 'error'; place: Place };

function refused(base: Base, name: string, error: ErrorObject): Diagnostic {
  const message = `\`${name}\` ${error.message ?? 'is wrong'}, found ${show(error.data)}`;
  return { ...base, code: 'invalid-value', message };
}

function unknownKey(error: ErrorObject, root: Node, path: readonly string[], name: string): Diagnostic {
  const key = String(error.params.additionalProperty);
  const parent = path.reduce<Node | undefined>((node, step) => (node ? child(node, step) : undefined), root);
  const place = parent?.type === 'map' ? (parent.entries.get(key)?.key ?? parent.place) : placeOf(root, path);
  const known = Object.keys(error.parentSchema?.properties ?? {});
  const near = nearest(key, known);
  return {
    severity: 'error',
    code: 'unknown-key',
    message: `\`${name}\` has no key \`${key}\``,
    place,
    fix: near ? `did you mean \`${near}\`?` : `it may have ${known.join(', ')}`,
  };
}

function wrongType(base: Base, name: string, error: ErrorObject): Diagnostic {
  const types = String(error.params.type)
    .split(',')
    .filter((type) => type !== 'string' || error.parentSchema?.pattern === undefined);
  const number =
    typeof error.data === 'string' && error.data.trim() !== '' && Number.isFinite(Number(error.data));
  const fix =
    number && types.some((type) => type === 'number' || type === 'integer')
      ? { fix: `write it without quotes: ${Number(error.data)}` }
      : {};
  return {
    ...base,
    code: 'wrong-type',
    message: `\`${name}\` must be ${types.join(' or ')}, found ${show(error.data)}`,
    ...fix,
  };
}

function invalid(
  base: Base,
  name: string,
  data: unknown,
  wanted: string,
  candidates: readonly unknown[],
): Diagnostic {
  const near =
    typeof data === 'string'
      ? nearest(
          data,
          candidates.filter((one) => typeof one === 'string'),
        )
      : undefined;
  return {
    ...base,
    code: 'invalid-value',
    message: `\`${name}\` must be ${wanted}, found ${show(data)}`,
    ...(near ? { fix: `did you mean \`${near}\`?` } : {}),
  };
}

interface Branch {
  enum?: unknown[];
  const?: unknown;
  type?: string | string[];
  $ref?: string;
}
const branches = (error: ErrorObject): Branch[] => (Array.isArray(error.schema) ? error.schema : []);
const allowed = (error: ErrorObject): unknown[] =>
  branches(error).flatMap((branch) => branch.enum ?? (branch.const === undefined ? [] : [branch.const]));

function expected(error: ErrorObject): string {
  const words = branches(error).flatMap((branch) => {
    if (branch.enum) return [`one of ${list(branch.enum)}`];
    if (branch.const !== undefined) return [show(branch.const)];
    return branch.type
      ? [
          [branch.type]
            .flat()
            .filter((type) => type !== 'string' || !branch.$ref)
            .join(' or '),
        ]
      : [];
  });
  return words.join(', or ');
}

const list = (values: readonly unknown[]): string => values.map(String).join(', ');

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
