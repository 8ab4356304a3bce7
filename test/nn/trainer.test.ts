import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Tf } from '../../src/nn/engine.ts';
import { inSequence, type Layer, makeNetwork, type PlacedLayer } from '../../src/nn/graph.ts';
import { initialWeights } from '../../src/nn/initialize.ts';
import { hasBfloat16 } from '../../src/nn/kernels.ts';
import type { Precision } from '../../src/nn/ops/kernel.ts';
import { makeTrainer, type Trainer } from '../../src/nn/trainer.ts';
import { waves } from './dataset.ts';
import { engines } from './engines.ts';
import { trainParams } from './params.ts';

const conv = (filters: number): Layer => ({
  kind: 'conv2d',
  config: { filters, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu', useBias: true },
});
const norm: Layer = { kind: 'batchNormalization', config: { momentum: 0.9, epsilon: 1e-3 } };
const layers: readonly Layer[] = [
  conv(8),
  norm,
  { kind: 'maxPooling2d', config: { poolSize: 2, padding: 'same' } },
  { kind: 'dropout', config: { rate: 0.2 } },
  conv(8),
  norm,
  { kind: 'globalAveragePooling2d', config: {} },
  { kind: 'dense', config: { units: 3, activation: 'softmax', useBias: true } },
];
/** With a shortcut around the second convolution. */
const shortcut: PlacedLayer = { kind: 'add', config: {}, from: [3, 4], called: undefined };
const residual: readonly PlacedLayer[] = inSequence(layers).toSpliced(5, 1, shortcut);

interface Choice {
  readonly workers?: number;
  readonly precision?: Precision;
  readonly network?: readonly PlacedLayer[];
}

function start(
  tf: Tf,
  { workers = 1, precision = 'float32', network = inSequence(layers) }: Choice,
): Trainer {
  const made = makeNetwork([8, 8, 3], network);
  const params = trainParams({ batchSize: 10, workers, precision });
  return makeTrainer(tf, made, initialWeights(made, 5), waves(48, 12), params, 5);
}

async function epochs(trainer: Trainer, from: number, to: number): Promise<number> {
  let loss = Number.NaN;
  for (let epoch = from; epoch <= to; epoch++)
    ({ loss } = await trainer.epoch(
      epoch,
      () => 0.01,
      async () => {},
    ));
  await trainer.validate();
  await trainer.close();
  return loss;
}

async function digestOf(trainer: Trainer): Promise<string> {
  const hash = createHash('sha256');
  for (const array of [...(await trainer.weights()), ...(await trainer.optimizerState())])
    hash.update(Buffer.from(array.buffer));
  return hash.digest('hex');
}

for (const engine of engines)
  for (const precision of ['float32', 'mixedBfloat16'] as const)
    test(`${engine.name}, ${precision}: the same bytes twice, for any number of workers, and when it is continued`, {
      skip: engine.skipLong,
    }, async (context) => {
      const tf = await engine.open();
      if (precision !== 'float32' && !hasBfloat16(tf)) return context.skip('the engine has no bfloat16');
      const whole = start(tf, { precision });
      const loss = await epochs(whole, 1, 3);
      assert.ok(Number.isFinite(loss));
      for (const workers of [0, 2]) {
        const other = start(tf, { precision, workers });
        await epochs(other, 1, 3);
        assert.equal(await digestOf(other), await digestOf(whole), `${workers} workers`);
      }
      const first = start(tf, { precision });
      await epochs(first, 1, 1);
      const second = start(tf, { precision });
      second.restore(await first.weights(), await first.optimizerState(), first.steps);
      await epochs(second, 2, 3);
      assert.equal(await digestOf(second), await digestOf(whole), 'continued');
    });

for (const engine of engines)
  for (const [name, network] of [
    ['a sequence', inSequence(layers)],
    ['a residual network', residual],
  ] as const)
    test(`${engine.name}: ${name} learns in bfloat16 nearly what it learns in float32`, {
      skip: engine.skipLong,
    }, async (context) => {
      const tf = await engine.open();
      if (!hasBfloat16(tf)) return context.skip('the engine has no bfloat16');
      const full = await epochs(start(tf, { network }), 1, 4);
      const mixed = await epochs(start(tf, { network, precision: 'mixedBfloat16' }), 1, 4);
      assert.ok(Math.abs(full - mixed) < 0.05, `loss ${mixed} against ${full}`);
    });
