import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { noChromium, openBrowser } from '../rig/chromium.ts';
import { makeProject } from '../rig/project.ts';

const pipeline = `version: 1
name: browser
stages:
  download: { dataset: shapes10, limit: { train: 60, test: 12 }, validation: 0 }
  build:
    input: [32, 32, 3]
    layers:
      - rescaling: { scale: 0.01, offset: -1 }
      - zeroPadding2d: { padding: [[0, 1], [0, 1]] }
      - conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: relu6, name: stem }
      - residual: { layers: [{ depthwiseConv2d: { kernelSize: 3, padding: same } }, { batchNormalization: {} }], activation: relu }
      - upSampling2d: { size: 3, interpolation: bilinear }
      - upSampling2d: {}
      - maxPooling2d: { poolSize: 3, strides: 2, padding: same }
      - concatenate: { branches: [[], [{ conv2d: { filters: 2, kernelSize: 1, activation: swish } }]] }
      - layerNormalization: {}
      - averagePooling2d: {}
      - flatten: {}
      - reshape: { shape: [24, 24, 6] }
      - globalAveragePooling2d: {}
      - dropout: { rate: 0.1 }
      - dense: { units: 10, activation: softmax }
  train: { model: build, data: download, epochs: 1, batchSize: 20 }
  evaluate: { model: train, data: download }
`;

/** Loads the model as any page would and predicts the images, on TensorFlow.js' plain backend. */
const page = `
import '@tensorflow/tfjs-backend-cpu';
import { tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
globalThis.predict = async (file, weights, images) => {
  const { modelTopology, weightsManifest } = file;
  const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0)).buffer;
  const load = async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData: bytes });
  const model = await loadLayersModel({ load });
  return [...(await model.predict(tensor(images, [images.length / 3072, 32, 32, 3])).data())];
};`;

test('a trained model loads in a browser as it is and predicts the same', { skip: noChromium }, async (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml', '--engine', 'wasm');
  const out = join(project.folder, 'cache/out/browser');
  const images = [...readFileSync(join(out, 'download/data/images.npy')).subarray(-12 * 3072)];
  const predicted = readFileSync(join(out, 'evaluate/predictions/probabilities.npy')).subarray(-12 * 10 * 4);
  const wanted = new Float32Array(new Uint8Array(predicted).buffer);
  const model: unknown = JSON.parse(readFileSync(join(out, 'train/trained/model.json'), 'utf8'));
  const weights = readFileSync(join(out, 'train/trained/weights.bin')).toString('base64');
  const bundled = await build({
    stdin: { contents: page, resolveDir: resolve('.') },
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  });
  const tab = await (await openBrowser(t)).newPage();
  await tab.addScriptTag({ content: bundled.outputFiles[0]?.text ?? '' });
  const call = `predict(${JSON.stringify(model)}, ${JSON.stringify(weights)}, ${JSON.stringify(images)})`;
  const found = await tab.evaluate<number[]>(call);
  assert.equal(found.length, wanted.length);
  for (const [i, value] of found.entries())
    assert.ok(Math.abs(value - (wanted[i] ?? 0)) < 1e-4, `${i}: ${value} against ${wanted[i]}`);
});
