// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
/** When a search is taken from the cache, and when its trials make it run again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { due } from '../rig/plan.ts';
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
