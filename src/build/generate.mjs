// Makes code of the schemas: validators that need no compiler at run time; with --types also the types of resolved stages and of a project's own, and docs/errors.md.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compactSchemas } from './compact-schemas.mjs';

const project = resolve(fileURLToPath(import.meta.url), '../../..');
const generated = join(project, 'src/generated');

/** Writes validators.js and all-errors.cjs of src/generated when the schemas, or what makes these, have changed since. */
export async function generate() {
  const schemas = readSchemas();
  const digest = createHash('sha256').update(JSON.stringify(schemas));
  for (const maker of ['generate.mjs', 'compact-schemas.mjs'])
    digest.update(readFileSync(new URL(maker, import.meta.url)));
  const head = `// ${digest.digest('hex')}\n`;
  const [file, errorsFile] = ['validators.js', 'all-errors.cjs'].map((name) => join(generated, name));
  if ([file, errorsFile].every(existsSync) && readFileSync(file, 'utf8').startsWith(head)) return;
  mkdirSync(generated, { recursive: true });
  const framed = schemas.map((schema) => (kindOf(schema) === 'pipeline' ? frame(schema) : schema));
  replace(errorsFile, await allErrors(framed));
  // Last: its head says that both are there.
  replace(file, head + (await validators(framed)));
}

function replace(file, text) {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

function readSchemas() {
  const folder = join(project, 'schemas');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.schema.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

const kindOf = (schema) => schema.$id.replace('.schema.json', '');

const kindsOf = (schemas) => schemas.map(kindOf).filter((kind) => kind !== 'common');

/** What every start reads: small, and says only whether a value fits. */
async function validators(schemas) {
  const { default: Ajv } = await import('ajv');
  const ajv = new Ajv.default({
    useDefaults: true,
    strict: false,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true },
  });
  ajv.addSchema(compactSchemas(schemas, kindOf, 'all'));
  return bundled(
    ajv,
    'esm',
    Object.fromEntries([
      ...kindsOf(schemas).map((kind) => [kind, `all#/$defs/${kind}`]),
      ['matrix', 'all#/$defs/common-matrix'],
    ]),
  );
}

/** Loaded when something does not fit: goes on after an error, and tells each with what an explanation needs. */
async function allErrors(schemas) {
  const { default: Ajv } = await import('ajv/dist/2020.js');
  const ajv = new Ajv.default({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    strictRequired: false,
    allowUnionTypes: true,
    strictTypes: false,
    keywords: ['x-fingerprint'],
    inlineRefs: false,
    code: { source: true, esm: true },
  });
  for (const schema of schemas) ajv.addSchema(schema);
  return bundled(
    ajv,
    'cjs',
    Object.fromEntries([
      ...kindsOf(schemas).map((kind) => [kind, `${kind}.schema.json`]),
      ['matrix', 'common.schema.json#/$defs/matrix'],
    ]),
  );
}

async function bundled(ajv, format, names) {
  const { default: standalone } = await import('ajv/dist/standalone/index.js');
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: project,
    stdin: { contents: standalone.default(ajv, names), resolveDir: project, loader: 'js' },
    bundle: true,
    format,
    platform: 'neutral',
    mainFields: ['main'],
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].text;
}

/** The frame of a file, with stages left open: each is checked by its kind's own schema, so an error names the kind it belongs to. */
function frame(schema) {
  const { if: extending, then, else: whole, ...rest } = schema;
  const { stages, ...$defs } = schema.$defs;
  const { properties, ...open } = { ...stages, additionalProperties: { type: 'object' } };
  return { ...rest, $defs, properties: { ...schema.properties, stages: open } };
}

/** The text of src/generated/types.ts: resolved stages hold no expressions, and what has a default is there. */
export async function typesText() {
  const { compile: toTypes } = await import('json-schema-to-typescript');
  const schemas = readSchemas()
    .filter((schema) => kindOf(schema) !== 'pipeline')
    .map(resolved);
  const $defs = {};
  for (const schema of schemas) {
    for (const [name, definition] of Object.entries(schema.$defs ?? {}))
      $defs[`${kindOf(schema)}-${name}`] = relocated(definition, schema);
  }
  const stages = schemas.filter((schema) => kindOf(schema) !== 'common');
  const properties = Object.fromEntries(
    stages.map((schema) => [kindOf(schema), withoutFrame(relocated(schema, schema))]),
  );
  const all = {
    title: 'Stages',
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
    $defs,
  };
  return toTypes(all, 'Stages', {
    bannerComment: '// Made from schemas/ by `npm run generate`.',
    format: false,
    ignoreMinAndMaxItems: false,
  });
}

/** Its references, wherever they pointed to, point into one common $defs. */
function relocated(value, schema) {
  const text = JSON.stringify(value)
    .replaceAll('"common.schema.json#/$defs/', '"#/$defs/common-')
    .replaceAll(/"#\/\$defs\/(?!common-)/g, `"#/$defs/${kindOf(schema)}-`);
  return JSON.parse(text);
}

function withoutFrame({ $schema, $id, $defs, ...schema }) {
  const { matrix, ...properties } = schema.properties;
  return { ...schema, properties };
}

const expression = '^\\$\\{[^}]+\\}$';

function resolved(value) {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const made = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
  if (made.pattern === expression && Array.isArray(made.type)) {
    made.type = made.type.filter((type) => type !== 'string');
    delete made.pattern;
  }
  if (Array.isArray(made.anyOf)) {
    made.anyOf = made.anyOf.filter((one) => one.$ref !== 'common.schema.json#/$defs/expression');
    if (made.anyOf.length === 1) Object.assign(made, made.anyOf[0], { anyOf: undefined, title: undefined });
  }
  if (made.properties) {
    const defaulted = Object.entries(made.properties)
      .filter(([, property]) => 'default' in property)
      .map(([name]) => name);
    made.required = [...new Set([...(made.required ?? []), ...defaulted])];
  }
  // Titles of properties would become names of types: only those of stages shall.
  if (typeof made.title === 'string' && !made.title.endsWith('Stage')) delete made.title;
  return made;
}

/** What is committed of what can be made anew: path → text. */
async function committed() {
  const { errorsDoc } = await import('./errors-doc.mjs');
  const { stageTypes } = await import('./stage-types.mjs');
  return new Map([
    [join(generated, 'types.ts'), await typesText()],
    [join(generated, 'stage.d.ts'), await stageTypes(project)],
    [join(project, 'docs/errors.md'), await errorsDoc(project)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await generate();
  if (process.argv.includes('--types'))
    for (const [path, text] of await committed()) writeFileSync(path, text);
  if (process.argv.includes('--check')) {
    const stale = [...(await committed())].filter(([path, text]) => readFileSync(path, 'utf8') !== text);
    for (const [path] of stale) console.error(`${path} is not what \`npm run generate\` makes`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  }
}
