import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { batchMaker, exampleSize, openDataset } from '../../src/data/batches.ts';
import { makeProject, type Project } from '../rig/project.ts';

const pipeline = (normalizes: string): string => `version: 1
name: mine
stages:
  download: { dataset: shapes10, limit: 50 }
${normalizes}`;

/** Of each channel of the training rows, as a training gets them. */
async function channelsOf(project: Project, stage: string): Promise<{ mean: number; deviation: number }[]> {
  const names = ['dataset.json', 'images.npy', 'labels.npy', 'train.npy', 'validation.npy', 'test.npy'];
  const folder = join(project.folder, 'cache/out/mine', stage, 'data');
  const dataset = await openDataset(Object.fromEntries(names.map((name) => [name, join(folder, name)])));
  const rows = dataset.splits.train;
  const out = {
    x: new Float32Array(rows.length * exampleSize(dataset)),
    y: new Float32Array(rows.length * dataset.file.classes.length),
  };
  batchMaker(dataset, { rows, batchSize: rows.length, training: null, firstBatch: 0 })(0, out);
  return [0, 1, 2].map((channel) => {
    const values = out.x.filter((_, i) => i % 3 === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(square / values.length) };
  });
}

const isNear = (value: number, wanted: number): void =>
  assert.ok(Math.abs(value - wanted) < 1e-4, `${value} is not ${wanted}`);

test('standardize gives a mean of 0 and a deviation of 1 of what an earlier normalize made of pixels', async (t) => {
  const project = makeProject(t, {
    'p.yaml': pipeline(`  first: { kind: normalize, data: download, method: rescale, range: [-1, 1] }
  each: { kind: normalize, data: first, perChannel: true }
  all: { kind: normalize, data: first }
  after: { kind: normalize, data: each }
`),
  });
  project.run('p.yaml');
  for (const stage of ['each', 'after'])
    for (const { mean, deviation } of await channelsOf(project, stage)) {
      isNear(mean, 0);
      isNear(deviation, 1);
    }
  const channels = await channelsOf(project, 'all');
  isNear(
    channels.reduce((sum, { mean }) => sum + mean, 0),
    0,
  );
  isNear(
    channels.reduce((sum, { mean, deviation }) => sum + deviation ** 2 + mean ** 2, 0),
    3,
  );
});

test('rescale brings pixels of 0–255 into its range whatever an earlier normalize made of them', async (t) => {
  const project = makeProject(t, {
    'p.yaml': pipeline(`  once: { kind: normalize, data: download, method: rescale, range: [-1, 1] }
  first: { kind: normalize, data: download, perChannel: true }
  twice: { kind: normalize, data: first, method: rescale, range: [-1, 1] }
`),
  });
  project.run('p.yaml');
  const [once, twice] = await Promise.all(['once', 'twice'].map((stage) => channelsOf(project, stage)));
  for (const [c, { mean, deviation }] of (once ?? []).entries()) {
    isNear(twice?.[c]?.mean ?? Number.NaN, mean);
    isNear(twice?.[c]?.deviation ?? Number.NaN, deviation);
  }
});
