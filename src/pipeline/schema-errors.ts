/** What ajv finds, in plain words and at its place: one mistake is told once. */
import type { ErrorObject } from 'ajv';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { child, type Node, type Where, where, whereKey } from './nodes.ts';
import { keyFix, list, missingFix, rangeWords, show, typeFix } from './schema-fixes.ts';
import type { Schema } from './schemas.ts';

export interface Subject {
  /** A stage's name; '' for the file. */
  readonly name: string;
  /** What names it in the file. */
  readonly key: Place;
  /** The schema that it is checked against: `train`, `pipeline`. */
  readonly schema: string;
}

export function explain(errors: readonly ErrorObject[], root: Node, subject: Subject): Diagnostic[] {
  const known = withoutRules(errors).filter((error) => error.keyword !== 'if');
  const told = withoutOtherBranches(known.filter((error) => !isMisspelt(error, known)));
  const seen = new Set<string>();
  return told
    .map((error) => new Explained(error, root, subject).diagnostic())
    .filter((one) => {
      const { line, column, file } = one.place ?? subject.key;
      const key = `${file}:${line}:${column}${['missing-key', 'unknown-key'].includes(one.code) ? one.message : ''}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** What is wrong with a name is told of the name, not of what the rule for names says of a text. */
function withoutRules(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const names = errors.filter(({ keyword }) => keyword === 'propertyNames');
  return errors.filter(
    (error) =>
      names.includes(error) ||
      !names.some(
        ({ instancePath, params }) =>
          instancePath === error.instancePath && error.data === params.propertyName,
      ),
  );
}

/** A missing key that is there, misspelt: told as the unknown key that it is. */
function isMisspelt(missing: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (missing.keyword !== 'required') return false;
  const known = Object.keys(missing.parentSchema?.properties ?? {});
  return errors.some(
    ({ keyword, instancePath, params }) =>
      keyword === 'additionalProperties' &&
      instancePath === missing.instancePath &&
      nearest(String(params.additionalProperty), known) === missing.params.missingProperty,
  );
}

/** An anyOf fails with all its branches: told is the branch that was meant, or else the anyOf itself. */
function withoutOtherBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const union = errors.find((error) => error.keyword === 'anyOf');
  if (!union) return errors;
  const inside = errors.filter((error) => error !== union && isInside(error, union));
  const others = errors.filter((error) => error !== union && !inside.includes(error));
  const meant = branchesOf(inside, union).find(
    (branch) => !branch.some((error) => failsAsAWhole(error, union)),
  );
  return [
    ...withoutOtherBranches(others),
    ...(meant ? withoutOtherBranches(meant) : [{ ...union, keyword: 'oneOfThese' }]),
  ];
}

function isInside(error: ErrorObject, union: ErrorObject): boolean {
  return error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`);
}

const failsAsAWhole = (error: ErrorObject, union: ErrorObject): boolean =>
  error.instancePath === union.instancePath && ['type', 'enum', 'const', 'pattern'].includes(error.keyword);

function branchesOf(inside: readonly ErrorObject[], union: ErrorObject): ErrorObject[][] {
  const branches = new Map<string, ErrorObject[]>();
  for (const error of inside) {
    const index = error.schemaPath.startsWith(`${union.schemaPath}/`)
      ? (error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '')
      : error.schemaPath;
    branches.set(index, [...(branches.get(index) ?? []), error]);
  }
  return [...branches.values()];
}

class Explained {
  readonly #error: ErrorObject;
  readonly #root: Node;
  readonly #subject: Subject;
  readonly #path: readonly string[];
  readonly #name: string;

  constructor(error: ErrorObject, root: Node, subject: Subject) {
    this.#error = error;
    this.#root = root;
    this.#subject = subject;
    this.#path = error.instancePath
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    this.#name = [subject.name, ...this.#path].filter((step) => step !== '').join('.') || 'the file';
  }

  diagnostic(): Diagnostic {
    const error = this.#error;
    switch (error.keyword) {
      case 'additionalProperties':
        return this.#unknownKey(String(error.params.additionalProperty));
      case 'required':
        return this.#missingKey(String(error.params.missingProperty));
      case 'minProperties':
      case 'maxProperties':
        return this.#numberOfKeys();
      case 'propertyNames':
        return this.#badName(String(error.params.propertyName));
      case 'enum':
        return this.#none(error.params.allowedValues);
      case 'const':
        return this.#name === 'version' ? this.#version() : this.#none([error.params.allowedValue]);
      case 'type':
        return this.#wrongType([error.params.type].flat().join(',').split(','));
      case 'pattern':
        // A number may also be a `${…}`: any other text is of the wrong type, not of the wrong form.
        if (Array.isArray(error.parentSchema?.type)) return this.#wrongType(error.parentSchema.type);
        return this.#say('invalid-value', `must ${rangeWords(error)}, found ${show(error.data)}`);
      case 'oneOfThese':
        return this.#union();
      default:
        return this.#say('invalid-value', `must ${rangeWords(error)}, found ${show(error.data)}`);
    }
  }

  #say(code: Diagnostic['code'], text: string, fix?: string, at?: Where): Diagnostic {
    const place = at ?? where(this.#root, this.#path);
    return {
      severity: 'error',
      code,
      message: `\`${this.#name}\` ${text}`,
      ...place,
      ...(fix ? { fix } : {}),
    };
  }

  #key(): Where {
    return whereKey(this.#root, this.#path, this.#subject.key);
  }

  #unknownKey(key: string): Diagnostic {
    const map = this.#path.reduce<Node | undefined>(child, this.#root);
    const own = map?.type === 'map' ? map.entries.get(key)?.key : undefined;
    const known = Object.keys(this.#error.parentSchema?.properties ?? {});
    const fix = keyFix(key, known, this.#path, this.#subject.schema);
    const at = where(this.#root, this.#path);
    return this.#say('unknown-key', `has no key \`${key}\``, fix, own ? { ...at, place: own } : at);
  }

  #badName(name: string): Diagnostic {
    const message = `\`${name}\` is no name: a letter first, then letters, digits, - and _`;
    const fixed = name.replace(/^[^A-Za-z]+/, '').replace(/[^A-Za-z0-9_-]+/g, '-');
    const place = whereKey(this.#root, [...this.#path, name], this.#subject.key);
    return {
      severity: 'error',
      code: 'invalid-value',
      message,
      ...place,
      ...(fixed ? { fix: `write \`${fixed}\`` } : {}),
    };
  }

  #missingKey(key: string): Diagnostic {
    const fix = missingFix(key, this.#error.parentSchema);
    return this.#say('missing-key', `needs \`${key}\``, fix, this.#key());
  }

  #numberOfKeys(): Diagnostic {
    const { properties, additionalProperties: others } = this.#error.parentSchema ?? {};
    // Where a map takes any name, those with a meaning are no choice.
    const known = typeof others === 'object' ? [] : Object.keys(properties ?? {});
    const given = Object.keys(Object(this.#error.data));
    if (given.length === 0)
      return this.#say(
        'missing-key',
        known.length > 0 ? `needs one of ${list(known)}` : 'is empty',
        known.length > 0 ? `write \`${known[0]}: …\`` : 'write at least one',
        this.#key(),
      );
    const fix = this.#path.at(-1)?.match(/^\d+$/)
      ? 'give each an item of its own, with its own `-`'
      : 'keep one';
    return this.#say('invalid-value', `takes one of ${list(known)}, found ${list(given)}`, fix);
  }

  #none(allowed: readonly unknown[]): Diagnostic {
    const data: unknown = this.#error.data;
    const words = allowed.filter((one) => typeof one === 'string');
    const near = typeof data === 'string' ? nearest(data, words) : undefined;
    const expected = allowed.length === 1 ? show(allowed[0]) : `one of ${list(allowed)}`;
    return this.#say(
      'invalid-value',
      `must be ${expected}, found ${show(data)}`,
      near ? `did you mean \`${near}\`?` : typeFix(data, { enum: allowed }),
    );
  }

  #wrongType(given: readonly string[]): Diagnostic {
    // Where another type is allowed, a text is so only as an expression.
    const expression = this.#error.parentSchema?.pattern !== undefined;
    const others = given.filter((type) => type !== 'string' || !expression);
    const types = others.length > 0 ? others : given;
    const fix = typeFix(this.#error.data, { ...this.#error.parentSchema, type: types });
    return this.#say(
      'wrong-type',
      `must be ${types.map(article).join(' or ')}, found ${show(this.#error.data)}`,
      fix,
    );
  }

  #union(): Diagnostic {
    const branches: Schema[] = Array.isArray(this.#error.schema) ? this.#error.schema : [];
    const own = branches.filter((branch) => !branch.$ref?.endsWith('/expression'));
    const allowed = own.flatMap(
      (branch) => branch.enum ?? (branch.const === undefined ? [] : [branch.const]),
    );
    const types = own
      .flatMap((branch) => [branch.type ?? []].flat())
      .filter((type) => type !== 'string' || own.some((one) => one.type === 'string'));
    const data: unknown = this.#error.data;
    const near =
      typeof data === 'string'
        ? nearest(
            data,
            allowed.filter((one) => typeof one === 'string'),
          )
        : undefined;
    const expected = [
      ...(allowed.length > 1 ? [`one of ${list(allowed)}`] : allowed.map(show)),
      ...types.map(article),
    ];
    const fix = near ? `did you mean \`${near}\`?` : typeFix(data, { type: types, enum: allowed });
    return this.#say('invalid-value', `must be ${expected.join(' or ')}, found ${show(data)}`, fix);
  }

  #version(): Diagnostic {
    return this.#say(
      'unsupported-version',
      `is ${show(this.#error.data)}; this pipe reads version 1`,
      'write `version: 1`',
    );
  }
}

const articles: { readonly [type: string]: string } = {
  object: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
};
const article = (type: string): string => articles[type] ?? type;
