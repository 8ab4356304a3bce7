import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { globSync } from 'tinyglobby';
import { checkFile } from '../../src/pipeline/check.ts';
import { LanguageServer, type Position } from './language-server.ts';

const server = new LanguageServer();
before(() => server.start());
after(() => server.stop());

const editorLine = '# yaml-language-server: $schema=../../schemas/pipeline.schema.json\n';
let opened = 0;

/** Opens a text in which `|` marks the pointer. */
async function pointed(text: string): Promise<[string, Position]> {
  const path = `pipelines/examples/opened-${++opened}.yaml`;
  const whole = editorLine + text;
  const before = whole.slice(0, whole.indexOf('|')).split('\n');
  await server.open(path, whole.replace('|', ''));
  return [path, { line: before.length - 1, character: before.at(-1)?.length ?? 0 }];
}
const offered = async (text: string): Promise<string[]> => server.completions(...(await pointed(text)));
const told = async (text: string): Promise<string> => server.hover(...(await pointed(text)));

const head = 'version: 1\nname: a\n';

test('an editor finds nothing wrong in our pipelines, `${…}`, cells and matrices included', async () => {
  for (const path of globSync('pipelines/**/*.yaml')) {
    const text = readFileSync(path, 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=/, `${path} has no editor line`);
    assert.deepEqual(await server.open(path, text), [], path);
  }
});

test('it completes keys of the file, kinds, keys of a stage and of what is in it, and values', async () => {
  const top = await offered(`${head}|`);
  for (const key of ['extends', 'vars', 'profiles', 'stages'])
    assert.ok(top.includes(key), `${key} in ${top}`);
  const stages = await offered(`${head}stages:\n  |`);
  for (const kind of ['download', 'train', 'report'])
    assert.ok(stages.includes(kind), `${kind} in ${stages}`);
  const kinds = await offered(`${head}stages:\n  mine:\n    kind: |`);
  for (const kind of ['download', 'train', 'command']) assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);
  const keys = await offered(`${head}stages:\n  train:\n    |`);
  for (const key of ['epochs', 'optimizer', 'matrix']) assert.ok(keys.includes(key), `${key} in ${keys}`);
  const named = await offered(`${head}stages:\n  mine:\n    kind: train\n    |`);
  assert.ok(named.includes('batchSize'), String(named));
  const inner = await offered(`${head}stages:\n  train:\n    optimizer:\n      adam:\n        |`);
  assert.ok(inner.includes('learningRate') && inner.includes('beta1'), String(inner));
  const values = await offered(`${head}stages:\n  normalize:\n    data: download\n    method: |`);
  assert.ok(values.includes('standardize') && values.includes('rescale'), String(values));
});

test('it explains a key under the pointer, with an example', async () => {
  const key = await told(`${head}stages:\n  train:\n    model: build\n    batch|Size: 64\n`);
  assert.match(key, /Batch size/);
  assert.match(key, /Rows a step/);
  assert.match(key, /Examples?:/);
  assert.match(
    await told(`${head}stages:\n  tr|ain: { model: build, data: a, epochs: 1 }\n`),
    /Trains a model by minibatches/,
  );
});

test('what it marks in broken files is what `pipe validate` tells, at the same lines', async () => {
  const folder = 'test/diagnostics/fixtures';
  for (const code of [
    'unknown-key',
    'missing-key',
    'wrong-type',
    'invalid-value',
    'unsupported-version',
    'invalid-yaml',
    'duplicate-key',
  ]) {
    const path = `${folder}/${code}.yaml`;
    const text = readFileSync(path, 'utf8').replace('version:', `version:`);
    const marked = await server.open(
      path,
      `# yaml-language-server: $schema=../../../schemas/pipeline.schema.json\n${text}`,
    );
    const lines = new Set(marked.map(({ range }) => range.start.line));
    const own = checkFile(path, { root: folder, set: [] }).diagnostics.filter(
      ({ severity, related }) =>
        severity === 'error' && !related?.some(({ message }) => message.startsWith('used here')),
    );
    assert.ok(own.length > 0, path);
    for (const { place, message } of own)
      assert.ok(
        lines.has(place?.line ?? 0),
        `${path}:${place?.line} ${message}\nmarked: ${[...lines].join()} ${JSON.stringify(marked.map((one) => one.message))}`,
      );
  }
});
