// What checking costs: `npm run bench:validate`. Node's own start and `pipe validate` of one real pipeline in turns, then of
// a file of 1,000 stages; medians, written to validate.json beside this file.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const launcher = resolve('src/build/launch.mjs');
const real = 'pipelines/cifar-augmented.yaml';
const rounds = Number(process.argv[2] ?? 15);

function time(...args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}\n${stderr}`);
  return performance.now() - started;
}

/** 250 times the same small experiment with a seed of its own: 1,000 stages. */
function thousandStages() {
  const experiment = (i) => `  data${i}: { kind: download, dataset: shapes10, limit: 1000, seed: ${i} }
  normal${i}: { kind: normalize, data: data${i} }
  train${i}: { kind: train, model: build, data: normal${i}, epochs: "\${epochs}", optimizer: { adam: { learningRate: 1.0e-3 } } }
  evaluate${i}: { kind: evaluate, model: train${i}, data: normal${i} }
`;
  const head = `version: 1
name: thousand
vars: { epochs: 3 }
stages:
  build: { input: [32, 32, 3], layers: [{ flatten: {} }, { dense: { units: 10, activation: softmax } }] }
`;
  return head + Array.from({ length: 250 }, (_, i) => experiment(i)).join('');
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
const large = join(folder, 'thousand.yaml');
writeFileSync(large, thousandStages());
time(launcher, 'validate', real);
const times = { node: [], one: [], thousand: [] };
for (let round = 0; round < rounds; round++) {
  times.node.push(time('-e', '0'));
  times.one.push(time(launcher, 'validate', real));
  times.thousand.push(time(launcher, 'validate', large));
}
rmSync(folder, { recursive: true, force: true });
const result = {
  machine: `${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}`,
  rounds,
  milliseconds: {
    node: Math.round(median(times.node)),
    oneRealPipeline: Math.round(median(times.one)),
    thousandStages: Math.round(median(times.thousand)),
  },
  lowest: {
    node: Math.round(Math.min(...times.node)),
    oneRealPipeline: Math.round(Math.min(...times.one)),
    thousandStages: Math.round(Math.min(...times.thousand)),
  },
};
writeFileSync('test/bench/validate.json', `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
