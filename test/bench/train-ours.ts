/** Our side of `npm run bench:train`: ENGINE DATA_BATCH.bin PRECISION STEPS; commands on stdin, a JSON line for each. */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readSettings } from '../../src/cli/settings.ts';
import { openEngine, type Tf } from '../../src/nn/engine.ts';
import { chooseEngine } from '../../src/nn/engines.ts';
import { inSequence, type Layer, makeNetwork } from '../../src/nn/graph.ts';
import { initialWeights } from '../../src/nn/initialize.ts';
import { makeTrainer, type Trainer } from '../../src/nn/trainer.ts';
import { trainParams } from '../nn/params.ts';
import { readCifar } from './cifar.ts';
import { usePlainKernel } from './plain-kernel.ts';

const [engineName = 'native', file = '', precision = 'float32', count = '30'] = process.argv.slice(2);
const batchSize = 64;
const steps = Number(count);

const [engineOnly = '', form] = engineName.split(':');
const engine = chooseEngine(engineOnly, readSettings({}).engineSettings);
startedAsAStage();
const tf = await openEngine(engine.order);
if (form === 'plain') usePlainKernel(tf);
const inEngine = countEngine(tf);
const network = makeNetwork([32, 32, 3], inSequence(seedCnn()));
const params = trainParams({ batchSize, precision, optimizer: { rmsprop: { learningRate: 5e-4 } } });
const trainer = makeTrainer(
  tf,
  network,
  initialWeights(network, 42),
  readCifar(file, batchSize * steps, 1280),
  params,
  42,
);
let epoch = 0;
await train(trainer);
await trainer.validate();
say({ ready: engine.label });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'train') await tell(train, batchSize * steps);
  else if (line === 'evaluate') await tell(() => trainer.validate(), 1280);
  else break;
}
process.exit(0);

/** What an engine wants in its environment is there before the process starts, as `pipe` does it for its stages. */
function startedAsAStage(): void {
  if (Object.entries(engine.env).every(([name, value]) => process.env[name] === value)) return;
  const env = { ...process.env, ...engine.env };
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env,
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

async function train(one: Trainer): Promise<void> {
  await one.epoch(
    ++epoch,
    () => 5e-4,
    async () => {},
  );
}

async function tell(work: (one: Trainer) => Promise<unknown>, images: number): Promise<void> {
  const [before, started] = [inEngine(), performance.now()];
  await work(trainer);
  const ms = performance.now() - started;
  const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
  const rssMB = Math.round(process.memoryUsage().rss / 2 ** 20);
  const tensors = tf.memory().numTensors;
  say({ rate: (images / ms) * 1000, notInEngine: 1 - (inEngine() - before) / ms, rssMB, peakMB, tensors });
}

/** Milliseconds inside the addon so far, call by call; on engines without one, nothing is known. */
function countEngine(one: Tf): () => number {
  const backend: { binding?: { [call: string]: (...args: unknown[]) => unknown } } = Object.assign(
    one.backend(),
  );
  let spent = 0;
  const { binding } = backend;
  if (!binding) return () => spent;
  const timed = ['executeOp', 'createTensor', 'deleteTensor', 'tensorDataSync'].map((call) => {
    const real = binding[call];
    const value = (...args: unknown[]): unknown => {
      const started = performance.now();
      const made = real?.apply(binding, args);
      spent += performance.now() - started;
      return made;
    };
    return [call, { value }] as const;
  });
  backend.binding = Object.create(binding, Object.fromEntries(timed));
  return () => spent;
}

function seedCnn(): Layer[] {
  const conv = (filters: number): Layer => ({
    kind: 'conv2d',
    config: { filters, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu', useBias: true },
  });
  const norm: Layer = { kind: 'batchNormalization', config: { momentum: 0.99, epsilon: 1e-3 } };
  const block = (filters: number, rate: number): Layer[] => [
    conv(filters),
    norm,
    conv(filters),
    norm,
    { kind: 'maxPooling2d', config: { poolSize: 2, padding: 'same' } },
    { kind: 'dropout', config: { rate } },
  ];
  return [
    ...block(64, 0.2),
    ...block(128, 0.3),
    ...block(256, 0.4),
    { kind: 'globalAveragePooling2d', config: {} },
    { kind: 'dense', config: { units: 256, activation: 'relu', useBias: true } },
    { kind: 'dropout', config: { rate: 0.5 } },
    { kind: 'dense', config: { units: 10, activation: 'softmax', useBias: true } },
  ];
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
