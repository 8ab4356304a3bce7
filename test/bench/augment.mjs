// `npm run bench:augment`: the notebook's augmentation and normalization, two workers, against Keras' ImageDataGenerator, taking
// turns. PIPE_BENCH_CIFAR and PIPE_BENCH_KERAS as in train.mjs. Raw numbers go to test/bench/augment.json.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { build } from 'esbuild';
import { bundling } from '../../src/build/build.mjs';
import { contest } from './contest.mjs';

const rounds = Number(process.env.PIPE_BENCH_ROUNDS ?? 7);
const { PIPE_BENCH_CIFAR: data, PIPE_BENCH_KERAS: keras } = process.env;
if (!data || !existsSync(data)) {
  console.log('bench:augment needs PIPE_BENCH_CIFAR, the path of data_batch_1.bin');
  process.exit(0);
}
const folder = `dist/bench-${process.pid}`;
const entryPoints = [
  { in: 'test/bench/augment-ours.ts', out: 'augment-ours' },
  { in: 'src/data/feed-worker.ts', out: 'feed-worker' },
];
await build({ ...bundling, entryPoints, outdir: folder });
try {
  const sides = {
    ours: { command: [process.execPath, `${folder}/augment-ours.js`, data], env: {} },
    keras: keras ? { command: [keras, 'test/bench/augment_keras.py', data], env: {} } : null,
  };
  const made = await contest('augment, 2 workers', 'go', sides, rounds);
  const results = {
    machine: `${cpus().length} × ${cpus()[0]?.model}`,
    node: process.version,
    rounds,
    ...made,
  };
  writeFileSync('test/bench/augment.json', `${JSON.stringify(results, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
