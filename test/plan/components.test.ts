import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { components } from '../../src/stages/components.ts';
import { changedProgram } from '../rig/program.ts';
import { makeProject, outcomes, ran } from '../rig/project.ts';

const layers = (last: string): string =>
  `[ { globalAveragePooling2d: {} }, ${last} { dense: { units: 10, activation: softmax } } ]`;
const pipeline = `version: 1
name: mended
stages:
  download: { dataset: shapes10, limit: { train: 60, test: 20 }, validation: 0.2 }
  normalize: { data: download }
  augment: { data: normalize, rotation: 20 }
  plain: { kind: build, input: [32, 32, 3], layers: ${layers('')} }
  dropping: { kind: build, input: [32, 32, 3], layers: ${layers('{ dropout: { rate: 0.5 } },')} }
  train-plain: { kind: train, model: plain, data: normalize, epochs: 1, batchSize: 16 }
  train-augmented: { kind: train, model: plain, data: augment, epochs: 1, batchSize: 16 }
  train-dropping: { kind: train, model: dropping, data: normalize, epochs: 1, batchSize: 16 }
  evaluate: { model: train-dropping, data: normalize }
  tune:
    data: normalize
    search: { random: { trials: 1 } }
    epochs: 1
    objective: { maximize: valAccuracy }
    space: { rate: { float: [0.1, 0.5], step: 0.1 } }
    trial:
      build: { input: [32, 32, 3], layers: ${layers(`{ dropout: { rate: "\${trial.rate}" } },`)} }
      train: { model: build, data: normalize, batchSize: 16 }
  lines: { kind: command, run: "wc -l < scores/metrics.json > lines.txt", in: { scores: evaluate.metrics }, out: { lines: lines.txt } }
`;

/** The program with the versions of these components raised. */
function raised(t: TestContext, ...names: string[]): string {
  const entries = names.map((name) => {
    const version = components.get(name)?.version ?? 0;
    return [`'${name}': { version: ${version},`, `'${name}': { version: ${version + 1},`] as const;
  });
  return changedProgram(t, { 'src/stages/components.ts': entries });
}

test('a mended component reruns the stages that use it and leaves the others alone', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml');
  const rerunBy = (launcher: string): string[] => {
    const ended = spawnSync(process.execPath, [launcher, 'run', 'p.yaml', '--json'], {
      cwd: project.folder,
      env: project.env,
      encoding: 'utf8',
    });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    return ran(outcomes(ended.stdout));
  };
  assert.deepEqual(
    rerunBy(raised(t, 'layer/dropout', 'layer/flatten', 'augment/cutout', 'optimizer/adam')),
    ['dropping', 'evaluate', 'train-dropping', 'tune'],
    'a layer: what builds, trains, evaluates or tunes with it, not what only reads its files',
  );
  assert.deepEqual(
    rerunBy(raised(t, 'augment/affine')),
    ['augment', 'train-augmented'],
    'an augmentation: what trains on it',
  );
  assert.deepEqual(ran(project.run('p.yaml')), [], 'and going back finds everything');
});
