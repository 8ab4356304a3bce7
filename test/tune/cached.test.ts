// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
/** When a search is taken from the cache, and when its trials make it run again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { due } from '../rig/plan.ts';
import { changedProgram } from '../rig/program.ts';
import { frame, search, searchProject } from './rig.ts';

const one = search('search: { random: { trials: 1 } }\n    epochs: 1');

test('how a trial’s stage is run, and what is said of it, is no reason to search again', (t) => {
  const project = searchProject(t);
  project.search(one);
  const withKeys = (keys: string): ReturnType<typeof due> => {
    project.write('p.yaml', one.replace('train: {', `train: { ${keys},`));
    return due(project);
  };
  assert.deepEqual(withKeys('description: hello, timeout: 10m, retries: 2, workers: 1'), {});
  assert.deepEqual(withKeys('resources: { cpu: 1 }, mutex: camera, cache: { ttl: 30d }'), {});
  assert.match(withKeys('seed: 9').tune ?? '', /^run: param trial\.train\.seed 9 added/);
});

test('a search is its engine’s own: one that is asked for by name takes no other’s, and what is made of several belongs to none', (t) => {
  const project = searchProject(t);
  const other = changedProgram(t, {
    'src/nn/wasm/describe.ts': [["library: 'tfjs 4.22.0'", "library: 'tfjs 5'"]],
  });
  project.write('p.yaml', one);
  const options = { cwd: project.folder, env: project.env };
  spawnSync(process.execPath, [other, 'run', 'p.yaml', '--engine', 'wasm'], options);
  const asked = 'run: engine wasm is asked for, its result is from wasm with library tfjs 5';
  assert.deepEqual(due(project, '--engine', 'wasm'), { tune: asked });
  assert.deepEqual(due(project), { tune: 'hit: cached, computed on wasm with library tfjs 5' });
  const two = one.replace('trials: 1', 'trials: 2');
  project.search(two);
  assert.deepEqual(due(project, '--engine', 'wasm'), {
    tune: 'run: engine wasm is asked for, its result is from wasm and wasm',
  });
  assert.equal(project.run('p.yaml', '--engine', 'wasm').tune, 'ran');
  assert.deepEqual(due(project, '--engine', 'wasm'), {});
});

test('files that a trial reads count by their content, whichever the space names', async (t) => {
  const project = searchProject(t);
  const draw = async (path: string, value: number): Promise<void> => {
    project.write(path, '');
    writeFileSync(join(project.folder, path), await png(value));
  };
  for (const [i, folder] of ['a/cat', 'a/dog', 'b/cat', 'b/dog'].entries())
    for (let n = 0; n < 8; n++) await draw(`${folder}/${n}.png`, 20 * n + i);
  project.write(
    'p.yaml',
    `version: 1
name: search
seed: 7
stages:
  tune:
    objective: { minimize: loss }
    search: { grid: {} }
    epochs: 1
    space: { from: { choice: [a, b] } }
    trial:
      download: { folder: { from: "\${trial.from}", size: [6, 8], test: 0.25 }, validation: 0.25 }
      build: { input: [6, 8, 3], layers: [{ globalAveragePooling2d: {} }, { dense: { units: 2, activation: softmax } }] }
      train: { model: build, data: download, batchSize: 2, optimizer: { sgd: {} } }
`,
  );
  project.run('p.yaml');
  assert.deepEqual(due(project), {});
  await draw('b/dog/2.png', 7);
  assert.match(due(project).tune ?? '', /^run: file b changed/);
});

test('a search waits for every stage that its space may choose, and is searched again when one changes', (t) => {
  const project = searchProject(t);
  const turned = [1, 2, 3].map((n) => `  turn-${n}: { kind: augment, data: normalize, rotation: ${n} }\n`);
  project.write(
    'p.yaml',
    `${frame}${turned.join('')}  tune:
    objective: { minimize: valLoss }
    search: { grid: {} }
    epochs: 1
    space: { turn: { int: [1, 3] } }
    trial:
      train: { model: build, data: "turn-\${trial.turn}", batchSize: 16, optimizer: { adam: {} } }
`,
  );
  assert.equal(due(project).tune, 'depends: depends on build, turn-1, turn-2, turn-3');
  const chosen = `${frame}  augment: { data: normalize, rotation: 20 }
  tune:
    objective: { minimize: valLoss }
    search: { grid: {} }
    epochs: 1
    space: { data: { choice: [normalize, augment] } }
    trial:
      train: { model: build, data: "\${trial.data}", batchSize: 16, optimizer: { adam: {} } }
`;
  project.write('p.yaml', chosen);
  assert.match(due(project).tune ?? '', /^depends: depends on build, normalize, augment$/);
  assert.equal(project.search(chosen).trials.length, 2);
  project.write('p.yaml', chosen.replace('rotation: 20', 'rotation: 90'));
  assert.equal(due(project).tune, 'depends: depends on augment');
  assert.equal(project.run('p.yaml').tune, 'ran');
  assert.deepEqual(due(project), {});
});

test('what a trial’s module takes from outside is what the search takes, and its name counts there no more than elsewhere', (t) => {
  const project = searchProject(t);
  const declared = {
    title: 'Same',
    description: 'Hands a dataset on.',
    type: 'object',
    required: ['src'],
    properties: { src: { 'x-accepts': ['dataset'] } },
    'x-outputs': { data: { type: 'dataset', description: 'as it came' } },
    'x-draws': false,
  };
  project.write('pipes/stages/same.schema.json', JSON.stringify(declared));
  project.write('pipes/stages/same.ts', same);
  const withModule = one.replace(
    'train: {',
    'same: { kind: ./stages/same.ts, src: normalize }\n      train: {',
  );
  const text = withModule.replace('data: normalize, batchSize', 'data: same, batchSize');
  project.write('pipes/p.yaml', text);
  assert.equal(project.run('pipes/p.yaml').tune, 'ran');
  project.write(
    'pipes/p.yaml',
    text.replaceAll('normalize', 'scaled').replace('scaled: {', 'scaled: { kind: normalize,'),
  );
  assert.equal(project.run('pipes/p.yaml').tune, 'cached');
  project.write('pipes/p.yaml', text.replace('{ data: download }', '{ data: download, method: rescale }'));
  assert.equal(project.run('pipes/p.yaml').tune, 'ran');
});

const same = `import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
export async function run(context: { input(param: string): { files: { [path: string]: string } }; outDir(port: string): string }) {
  for (const [path, file] of Object.entries(context.input('src').files)) {
    mkdirSync(dirname(join(context.outDir('data'), path)), { recursive: true });
    copyFileSync(file, join(context.outDir('data'), path));
  }
  return { summary: '' };
}
`;

async function png(value: number): Promise<Buffer> {
  const data = Buffer.alloc(8 * 6 * 3, value);
  return sharp(data, { raw: { width: 8, height: 6, channels: 3 } })
    .png()
    .toBuffer();
}
