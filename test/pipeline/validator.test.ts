/** The small validators decide; they may never say or fill in anything else than those that tell all errors. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { readTree } from '../../src/pipeline/extends.ts';
import { child, toJson } from '../../src/pipeline/nodes.ts';
import { validators } from '../../src/pipeline/validator.ts';
import type { Json } from '../../src/stages/kind.ts';

const runs = process.env.PIPE_SOAK === '1' ? 50_000 : 5_000;
const allErrors: { readonly [schema: string]: ValidateFunction } = createRequire(import.meta.url)(
  '../../src/generated/all-errors.cjs',
);

/** What stands in real files: the file, each of its stages with its kind, and its matrix. */
const real = ['pipelines/**/*.yaml', 'test/diagnostics/fixtures/*.yaml'].flatMap((pattern) =>
  globSync(pattern).flatMap((file) => {
    const tree = readTree(file, process.cwd());
    if (!tree.ok) return [];
    const stages = child(tree.value.root, 'stages');
    const named = stages?.type === 'map' ? [...stages.entries] : [];
    const own = named.flatMap(([name, { value }]) => {
      const [kind, matrix] = [child(value, 'kind'), child(value, 'matrix')];
      return [
        [kind?.type === 'scalar' ? String(kind.value) : name, toJson(value)] as const,
        ...(matrix ? [['matrix', toJson(matrix)] as const] : []),
      ];
    });
    return [['pipeline', toJson(tree.value.root)] as const, ...own];
  }),
);
const known = real.filter(([schema]) => validators.has(schema));

const leaf = fc.constantFrom<Json>(null, true, 0, -1, 0.5, 3, 1e9, '', 'same', 'train', '${x}', '1h', [], {});
const change = fc.record({ at: fc.nat(), how: fc.constantFrom('replace', 'remove', 'add', 'wrap'), leaf });
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

test(`${runs} changed stages: small and large validators agree on what fits and on what is filled in`, () => {
  assert.deepEqual(
    [...new Set(known.map(([schema]) => schema))].sort(),
    [...validators.keys()].sort(),
    'each schema is tried',
  );
  let fitting = 0;
  const changed = fc.tuple(fc.constantFrom(...known), fc.array(change, { maxLength: 3 }));
  fc.assert(
    fc.property(changed, ([[schema, original], changes]) => {
      const value = changes.reduce(applied, original);
      const [small, large] = [structuredClone(value), structuredClone(value)];
      const fits = validators.get(schema)?.fits(small);
      assert.equal(fits, allErrors[schema]?.(large));
      const found = allErrors[schema]?.errors;
      if (fits) assert.equal(JSON.stringify(small), JSON.stringify(large));
      else assert.deepEqual(validators.get(schema)?.errors(value), found);
      if (fits) fitting++;
    }),
    { numRuns: runs },
  );
  assert.ok(fitting > runs / 10 && fitting < (runs * 9) / 10, `${fitting} of ${runs} fit`);
});

/** At any place of the value, told by a number. */
function applied(value: Json, { at, how, leaf: given }: Change): Json {
  const places = count(value);
  return changedAt(value, { at: at % places }, how, given);
}

function count(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + count(inner), 1);
}

function changedAt(value: Json, left: { at: number }, how: Change['how'], given: Json): Json {
  if (left.at-- === 0) {
    if (how === 'wrap') return [value];
    if (how === 'add' && Array.isArray(value)) return [...value, given];
    if (how === 'add' && typeof value === 'object' && value !== null) return { ...value, seed: given };
    return given;
  }
  if (Array.isArray(value))
    return value.flatMap((item) =>
      left.at === 0 && how === 'remove' && left.at-- === 0 ? [] : [changedAt(item, left, how, given)],
    );
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      left.at === 0 && how === 'remove' && left.at-- === 0
        ? []
        : [[key, left.at < 0 ? inner : changedAt(inner, left, how, given)]],
    ),
  );
}
