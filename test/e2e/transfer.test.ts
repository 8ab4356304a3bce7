import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { makeProject, ran } from '../rig/project.ts';

const head = '- dense: { units: 10, activation: softmax, name: head }';
const pipeline = `version: 1
name: transfer
seed: 3
stages:
  download: { dataset: shapes10, limit: { train: 100, test: 40 }, validation: 0.2 }
  base:
    kind: build
    input: [32, 32, 3]
    layers:
      - conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: relu, name: stem }
      - residual:
          layers: [{ conv2d: { filters: 6, kernelSize: 3, padding: same } }, { batchNormalization: { name: norm } }]
          shortcut: [{ conv2d: { filters: 6, kernelSize: 1 } }]
          activation: relu
      - concatenate: { branches: [[], [{ depthwiseConv2d: { kernelSize: 3, padding: same } }]] }
      - globalAveragePooling2d: { name: pooled }
      - dense: { units: 10, activation: softmax }
  pretrain: { kind: train, model: base, data: download, epochs: 1, batchSize: 16 }
  build:
    layers:
      - model: { of: pretrain, until: pooled }
      ${head}
  train: { model: build, data: download, epochs: 1, batchSize: 16, freeze: [stem, conv2d_*, norm, depthwise*] }
  evaluate: { model: train, data: download }
`;

/** A model's weights by name. */
function weightsOf(folder: string): Map<string, string> {
  const model: {
    weightsManifest: { weights: { name: string; shape: number[] }[] }[];
  } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const bytes = readFileSync(join(folder, 'weights.bin'));
  let at = 0;
  return new Map(
    (model.weightsManifest[0]?.weights ?? []).map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1) * 4;
      at += size;
      return [name, bytes.subarray(at - size, at).toString('hex')];
    }),
  );
}

test('a trained network is taken into another, frozen by name: only the new head learns', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml');
  const out = join(project.folder, 'cache/out/transfer');
  const [pretrained, trained] = [
    weightsOf(join(out, 'pretrain/trained')),
    weightsOf(join(out, 'train/trained')),
  ];
  const [kept, learned] = [new Set<string>(), new Set<string>()];
  for (const [name, values] of trained) (pretrained.get(name) === values ? kept : learned).add(name);
  assert.deepEqual([...learned], ['head/kernel', 'head/bias']);
  assert.ok(kept.has('stem/kernel') && kept.has('norm/moving_mean'));
  assert.deepEqual(ran(project.run('p.yaml')), []);
  project.write('p.yaml', pipeline.replace('pretrain:', 'first:').replace('of: pretrain', 'of: first'));
  assert.deepEqual(ran(project.run('p.yaml')), [], 'the name of a stage changes nothing');
});

test('`freezeUntil` keeps a layer and all that lead to it', (t) => {
  const frozen = pipeline.replace(/freeze: \[stem.*\]/, 'freezeUntil: norm');
  const project = makeProject(t, { 'p.yaml': frozen });
  project.run('p.yaml');
  const out = join(project.folder, 'cache/out/transfer');
  const [pretrained, trained] = [
    weightsOf(join(out, 'pretrain/trained')),
    weightsOf(join(out, 'train/trained')),
  ];
  const learned = [...trained].flatMap(([name, values]) => (pretrained.get(name) === values ? [] : [name]));
  // The shortcut stands beside what leads to `norm`.
  assert.deepEqual(learned, [
    'conv2d_2/kernel',
    'conv2d_2/bias',
    'depthwiseConv2d_1/depthwise_kernel',
    'depthwiseConv2d_1/bias',
    'head/kernel',
    'head/bias',
  ]);
  project.write('p.yaml', frozen.replace('freezeUntil: norm', 'freezeUntil: nrm'));
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /unknown-layer: `freezeUntil` names `nrm`, which is no layer\n.*\n.*did you mean `norm`\?/,
  );
});

test('a pattern of `freeze` that fits no layer is refused with the likely one', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline.replace('[stem,', '[stm,') });
  const { code, err } = project.pipe('validate', 'p.yaml');
  assert.equal(code, 2);
  assert.match(
    err,
    /error unknown-layer: `freeze` names `stm`, which fits no layer\n.*\n.*did you mean `stem`\?/,
  );
});

const mobileNet = resolve('../shared/data/mobilenet_v1_0.25_224');
const imported = `version: 1
name: imported
stages:
  build:
    input: [32, 32, 3]
    layers:
      - upSampling2d: { size: 2, interpolation: bilinear }
      - rescaling: { scale: 0.00784313725490196, offset: -1 }
      - model:
          file: https://storage.googleapis.com/tfjs-models/tfjs/mobilenet_v1_0.25_224/model.json
          until: conv_pw_2_relu
          sha256:
            model.json: 3dd7625872482fe3a0a49e628bafc2a92a406007557067ef2eea33c2f590ca92
            group1-shard1of1.bin: eb49857447f6089e7e392f7991f3f4fdce1936efaf83d535f5eb8aaba9538e0b
      - globalAveragePooling2d: {}
      ${head}
`;

test('a pretrained network comes from an address, checked by sha256 and cut at a layer', (t) => {
  if (!existsSync(mobileNet)) return t.skip('needs a pretrained MobileNet in ../shared/data');
  const project = makeProject(t, { 'p.yaml': imported }, { PIPE_MIRROR: resolve(mobileNet, '..') });
  project.run('p.yaml');
  const weights = weightsOf(join(project.folder, 'cache/out/imported/build/model'));
  const bytes = readFileSync(join(mobileNet, 'group1-shard1of1.bin'));
  // conv1/kernel [3, 3, 3, 8] is the first of the file.
  assert.equal(weights.get('conv1/kernel'), bytes.subarray(0, 3 * 3 * 3 * 8 * 4).toString('hex'));
  project.write('p.yaml', imported.replace('until: conv_pw_2_relu', 'until: conv_pw2_relu'));
  const wrong = project.pipe('run', 'p.yaml');
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /the model has no layer `conv_pw2_relu`/);
  project.write('p.yaml', imported.replace('eb49', 'eb48'));
  const damaged = project.pipe('run', 'p.yaml');
  assert.equal(damaged.code, 1);
  assert.match(damaged.err, /error corrupted-download/);
});
