// `npm run bench:train`: training and evaluating the seed CNN (full width, batch 64, CIFAR-10, the notebook's augmentation)
// against Keras and PyTorch, taking turns. It needs PIPE_BENCH_CIFAR (data_batch_1.bin of CIFAR-10's binary version),
// PIPE_BENCH_KERAS and PIPE_BENCH_TORCH (Pythons that have them); what is missing is left out with a message. Raw numbers go
// to test/bench/train.json.
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { contest, median } from './contest.mjs';
import { buildOurs } from './ours.mjs';

const rounds = Number(process.env.PIPE_BENCH_ROUNDS ?? 5);
const steps = process.env.PIPE_BENCH_STEPS ?? '20';
const { PIPE_BENCH_CIFAR: data, PIPE_BENCH_KERAS: keras, PIPE_BENCH_TORCH: torch } = process.env;
if (!data || !existsSync(data)) {
  console.log('bench:train needs PIPE_BENCH_CIFAR, the path of data_batch_1.bin');
  process.exit(0);
}
const { remove, ours: oursOf } = await buildOurs();
const ours = (engine, precision, stepsOf) => oursOf(engine, data, precision, stepsOf ?? steps);
// TensorFlow itself leaves oneDNN off on processors without AVX-512, where Keras is faster with it, too.
const python = (program, script, precision) =>
  program
    ? {
        command: [program, `test/bench/${script}`, data, precision, steps],
        env: { TF_ENABLE_ONEDNN_OPTS: '1' },
      }
    : null;
const contests = [
  [
    'train, float32',
    'train',
    {
      ours: ours('native', 'float32'),
      keras: python(keras, 'train_keras.py', 'float32'),
      torch: python(torch, 'train_torch.py', 'float32'),
    },
  ],
  [
    'train, bfloat16',
    'train',
    {
      ours: ours('native', 'mixedBfloat16'),
      keras: python(keras, 'train_keras.py', 'mixed_bfloat16'),
      torch: python(torch, 'train_torch.py', 'bfloat16'),
    },
  ],
  [
    'train on wasm, float32',
    'train',
    { ours: ours('wasm', 'float32', '1'), plain: ours('wasm:plain', 'float32', '1') },
  ],
  [
    'evaluate, float32',
    'evaluate',
    { ours: ours('native', 'float32'), keras: python(keras, 'train_keras.py', 'float32') },
  ],
];

const wanted = process.argv.slice(2);
const results = {
  machine: `${cpus().length} × ${cpus()[0]?.model}`,
  node: process.version,
  rounds,
  steps,
  contests: [],
};
try {
  for (const [name, command, sides] of contests)
    if (wanted.length === 0 || wanted.some((one) => name.includes(one)))
      results.contests.push(await measured(name, command, sides));
} finally {
  remove();
}
writeFileSync('test/bench/train.json', `${JSON.stringify(results, null, 1)}\n`);

async function measured(name, command, sides) {
  const made = await contest(name, command, sides, rounds);
  const [own] = made.sides;
  const away = median(own.answers.map(({ notInEngine }) => notInEngine));
  console.log(`  not in the engine ${(away * 100).toFixed(1)} %, peak ${own.answers.at(-1).peakMB} MB`);
  return made;
}
