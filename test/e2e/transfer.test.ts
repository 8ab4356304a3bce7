import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeProject, type Project, ran } from '../rig/project.ts';

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

/** A functional model of TensorFlow.js: [4, 4, 3] → reshape → dense → its output, and another dense layer beside it. */
function functional(t: TestContext, more: { inputs?: number; outputs?: string[] } = {}): Project {
  const layer = (class_name: string, config: object, from: readonly string[]) => ({
    class_name,
    config,
    inbound_nodes: from.length === 0 ? [] : [from.map((name) => [name, 0, 0, {}])],
  });
  const inputs = Array.from({ length: more.inputs ?? 1 }, (_, i) => `in${i}`);
  const layers = [
    ...inputs.map((name) => layer('InputLayer', { name, batch_input_shape: [null, 4, 4, 3] }, [])),
    layer('Reshape', { name: 'row', target_shape: [-1] }, ['in0']),
    layer('Dense', { name: 'wide', units: 6, activation: 'relu' }, ['row']),
    layer('Dense', { name: 'end', units: 10, activation: 'softmax' }, ['wide']),
    layer('Dense', { name: 'beside', units: 5, activation: 'softmax' }, ['wide']),
  ];
  const shapes = { wide: [48, 6], end: [6, 10], beside: [6, 5] };
  const weights = Object.entries(shapes).flatMap(([name, shape]) => [
    { name: `${name}/kernel`, shape, dtype: 'float32' },
    { name: `${name}/bias`, shape: shape.slice(1), dtype: 'float32' },
  ]);
  const values = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const output_layers = (more.outputs ?? ['end']).map((name) => [name, 0, 0]);
  const modelTopology = { class_name: 'Model', config: { layers, output_layers } };
  const model = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['w.bin'], weights }] };
  const project = makeProject(t, { 'p.yaml': ofFile, 'model.json': JSON.stringify(model) });
  writeFileSync(join(project.folder, 'w.bin'), new Float32Array(values).fill(0.1));
  return project;
}

const ofFile = `version: 1
name: file
stages:
  build: { layers: [{ model: { file: model.json } }] }
`;

test('of a model with a layer beside its output only what leads to the output is taken', (t) => {
  const project = functional(t);
  project.run('p.yaml');
  const weights = weightsOf(join(project.folder, 'cache/out/file/build/model'));
  assert.deepEqual([...weights.keys()], ['wide/kernel', 'wide/bias', 'end/kernel', 'end/bias']);
});

test('a model with several inputs or outputs is refused', (t) => {
  for (const [project, what] of [
    [functional(t, { inputs: 2 }), 'inputs'],
    [functional(t, { outputs: ['end', 'beside'] }), 'outputs'],
  ] as const) {
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1);
    assert.match(err, new RegExp(`error bad-model: .*model\\.json has several ${what}`));
  }
});

interface SavedModel {
  modelTopology: {
    config: {
      layers: { class_name: string; config: { name: string }; inbound_nodes: unknown[] }[];
      output_layers: [string, number, number][];
    };
  };
  weightsManifest: { paths: string[]; weights: { shape: number[] }[] }[];
}

/** Writes the project's model anew. */
function edit({ read, write }: Project, how: (model: SavedModel) => void): void {
  const model: SavedModel = JSON.parse(read('model.json'));
  how(model);
  write('model.json', JSON.stringify(model));
}

const until = (layer: string): string => ofFile.replace('json }', `json, until: ${layer} }`);

test('what lies behind the layer at which a model is cut may be anything', (t) => {
  const project = functional(t, { outputs: ['end', 'beside'] });
  edit(project, ({ modelTopology: { config } }) => {
    for (const layer of config.layers.slice(-2)) layer.class_name = 'Lambda';
  });
  project.write('p.yaml', until('wide'));
  project.run('p.yaml');
  const weights = weightsOf(join(project.folder, 'cache/out/file/build/model'));
  assert.deepEqual([...weights.keys()], ['wide/kernel', 'wide/bias']);
  project.write('p.yaml', until('end'));
  assert.match(project.pipe('run', 'p.yaml').err, /error unsupported-layer: .*the layer end .*Lambda/);
  project.write('p.yaml', until('wied'));
  assert.match(
    project.pipe('run', 'p.yaml').err,
    /error unknown-layer: .*the model has no layer `wied`[\s\S]*did you mean `wide`\?/,
  );
});

test('a model that does not say what it should is refused, not taken for another one', (t) => {
  for (const [how, told] of [
    // As Keras 3 says it.
    [
      ({ modelTopology: { config } }) => {
        for (const { config: own, ...layer } of config.layers)
          if (own.name === 'row') layer.inbound_nodes.splice(0, 1, { args: [], kwargs: {} });
      },
      /bad-model: .*its layer row does not say in the form of Keras 2 what it takes/,
    ],
    [
      ({ modelTopology: { config } }) => config.output_layers.splice(0, 1, ['ende', 0, 0]),
      /bad-model: .*its output is of a layer ende, which it does not have/,
    ],
    [
      ({ weightsManifest: [group] }) => group?.weights[0]?.shape.reverse(),
      /bad-model: .*it has \[6, 48\] for wide\/kernel, not \[48, 6\]/,
    ],
    [
      ({ weightsManifest: [group] }) => group?.paths.splice(0, 1, 'gone.bin'),
      /missing-input: there is no file gone\.bin/,
    ],
    // Changes of such a file would go unnoticed.
    [
      ({ weightsManifest: [group] }) => group?.paths.splice(0, 1, 'shards/w.bin'),
      /bad-model: model\.json has weights in shards\/w\.bin, not in a file \*\.bin beside it/,
    ],
  ] satisfies [(model: SavedModel) => void, RegExp][]) {
    const project = functional(t);
    edit(project, how);
    const { code, err } = project.pipe('run', 'p.yaml');
    assert.equal(code, 1, err);
    assert.match(err, told);
  }
});

test('a model is read anew when its weights change, wherever it lies, and compared with each sha256 that is given', (t) => {
  const project = functional(t);
  const folder = join(project.folder, 'nets [1] (old)');
  mkdirSync(folder);
  for (const name of ['model.json', 'w.bin']) renameSync(join(project.folder, name), join(folder, name));
  const inFolder = ofFile.replace('model.json', '"nets [1] (old)/model.json"');
  project.write('p.yaml', inFolder);
  assert.deepEqual(ran(project.run('p.yaml')), ['build']);
  assert.deepEqual(ran(project.run('p.yaml')), []);
  const size = readFileSync(join(folder, 'w.bin')).length;
  writeFileSync(join(folder, 'w.bin'), new Float32Array(size / 4).fill(0.2));
  assert.deepEqual(ran(project.run('p.yaml')), ['build']);
  project.write('p.yaml', inFolder.replace('json" }', `json", sha256: { v.bin: "${'0'.repeat(64)}" } }`));
  assert.match(
    project.pipe('run', 'p.yaml').err,
    /error unknown-key: `sha256` names `v\.bin`, which is no file of the model[\s\S]*its files are model\.json, w\.bin/,
  );
});

test('what only a model from a file shows is told when it is there, as it is told of a declared one before', (t) => {
  const training = `${ofFile}  download: { dataset: shapes10, limit: { train: 40, test: 10 }, validation: 0.2 }
  head:
    kind: build
    input: [32, 32, 3]
    layers: [{ averagePooling2d: { poolSize: 8 } }, { model: { file: model.json } }]
  train: { model: head, data: download, epochs: 1, batchSize: 8 }
`;
  const { pipe, run, write } = functional(t);
  for (const [text, told] of [
    [
      training.replace('json } }]\n  train', 'json, until: wide } }]\n  train'),
      /shape-mismatch: the data has 10 classes, the model gives \[6\]/,
    ],
    [
      training.replace('epochs: 1', 'epochs: 1, freeze: ["*"]'),
      /nothing-to-do: every layer that could learn is frozen/,
    ],
    [
      training.replace('epochs: 1', 'epochs: 1, fromLogits: true'),
      /loss-mismatch: fromLogits takes a model without softmax/,
    ],
  ] as const) {
    write('p.yaml', text);
    const { code, err } = pipe('run', 'p.yaml');
    assert.equal(code, 1, err);
    assert.match(err, told);
  }
  write('p.yaml', training);
  run('p.yaml');
});

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
