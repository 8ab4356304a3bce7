// `npm run bench:memory`: the memory of a training of the seed CNN (full width, batch 64, CIFAR-10, the notebook's augmentation)
// on native, every 100 of 2,000 steps, in float32 or, with `-- mixedBfloat16`, in bfloat16. It needs PIPE_BENCH_CIFAR
// (data_batch_1.bin of CIFAR-10's binary version). What it found goes to test/bench/memory.PRECISION.json; it fails where the
// peak is 2.5 GB or more, or memory grows after the first 500 steps.
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { median, start } from './contest.mjs';
import { buildOurs } from './ours.mjs';

const every = 100;
const steps = Number(process.env.PIPE_BENCH_STEPS ?? 2000);
const precision = process.argv[2] ?? 'float32';
const { PIPE_BENCH_CIFAR: data } = process.env;
if (!data || !existsSync(data)) {
  console.log('bench:memory needs PIPE_BENCH_CIFAR, the path of data_batch_1.bin');
  process.exit(0);
}
const { ours, remove } = await buildOurs();
const measured = [];
let peakMB = 0;
try {
  const side = await start(ours('native', data, precision, every));
  while (measured.length * every < steps) {
    const { rssMB, peakMB: peak, tensors } = await side.ask('train');
    measured.push({ steps: (measured.length + 1) * every, rssMB, tensors });
    peakMB = peak;
    console.log(`${measured.length * every} steps: ${rssMB} MB, ${tensors} tensors`);
  }
  side.end();
} finally {
  remove();
}
const settled = measured.filter(({ steps: at }) => at > steps / 4).map(({ rssMB }) => rssMB);
const quarter = Math.ceil(settled.length / 3);
const growthMB = median(settled.slice(-quarter)) - median(settled.slice(0, quarter));
const machine = `${cpus().length} × ${cpus()[0]?.model}`;
const found = { machine, node: process.version, precision, batchSize: 64, peakMB, growthMB, measured };
writeFileSync(`test/bench/memory.${precision}.json`, `${JSON.stringify(found, null, 1)}\n`);
const tensors = new Set(measured.map((one) => one.tensors)).size;
console.log(`peak ${peakMB} MB, growth after a quarter of the steps ${growthMB} MB`);
if (peakMB >= 2500 || growthMB > 50 || tensors > 1) process.exit(1);
