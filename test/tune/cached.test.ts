// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
/** When a search is taken from the cache, and when its trials make it run again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { due } from '../rig/plan.ts';
import { changedProgram } from '../rig/program.ts';
import { search, searchProject } from './rig.ts';

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
