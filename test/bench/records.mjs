// 1,000 records of a real pipeline: how long `pipe runs` and a diff of ten take. npm run bench:records
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const launcher = resolve('src/build/launch.mjs');
const folder = mkdtempSync(join(tmpdir(), 'pipe-records-'));
const count = 1000;
const rounds = 15;
const pipeline = `version: 1
name: many
stages:
  download: { dataset: shapes10, limit: { train: 400, test: 2000 }, validation: 0.25 }
  normalize: { data: download }
  augment: { data: normalize, rotation: 20 }
  build: { input: [32, 32, 3], layers: [ { conv2d: { filters: 4, kernelSize: 3, activation: relu } }, { globalAveragePooling2d: {} }, { dense: { units: 10, activation: softmax } } ] }
  train: { model: build, data: augment, epochs: 1, batchSize: 16 }
  evaluate: { model: train, data: normalize }
`;

const pipe = (...args) => {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - started;
};
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Alternately with a node that does nothing: on a busy machine the ratio still tells. */
function timed(commands) {
  const names = ['node -e 0', ...Object.keys(commands)];
  const times = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) times.get(name).push(commands[name] ? pipe(...commands[name]) : nodeAlone());
  const base = median(times.get('node -e 0'));
  return Object.fromEntries(
    names.map((name) => {
      const own = times.get(name);
      return [
        name,
        {
          'median, ms': Math.round(median(own)),
          'least, ms': Math.round(Math.min(...own)),
          'times node': Number((median(own) / base).toFixed(2)),
        },
      ];
    }),
  );
}

try {
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'many.yaml'), pipeline);
  // Ten trainings of different seeds, their records written again under other ids.
  for (let seed = 1; seed <= 10; seed++) pipe('run', 'many.yaml', '--set', `train.seed=${seed}`);
  const runs = join(folder, 'cache/runs');
  const texts = readdirSync(runs)
    .filter((name) => !name.startsWith('.'))
    .map((name) => readFileSync(join(runs, name), 'utf8'));
  for (let i = 0; i < count - texts.length; i++) copy(texts[i % texts.length], i);
  pipe('runs');
  const result = {
    machine: `${cpus()[0].model}, ${cpus().length} processors, Node ${process.version}`,
    records: count,
    rounds,
    ...timed({
      'pipe runs': ['runs'],
      'pipe runs --filter --sort': [
        'runs',
        '--filter',
        'evaluate.accuracy>0.01',
        '--sort',
        '-evaluate.accuracy',
      ],
      'pipe diff of two': ['diff', 'last~1', 'last'],
      'pipe diff of ten': ['diff', ...Array.from({ length: 10 }, (_, i) => `last~${i}`)],
    }),
  };
  mkdirSync('test/bench/results', { recursive: true });
  writeFileSync('test/bench/results/records.json', `${JSON.stringify(result, null, 2)}\n`);
  console.log(result);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function copy(text, i) {
  const own = `20270101-${String(i).padStart(6, '0')}-abcd`;
  const changed = JSON.stringify({ ...JSON.parse(text).value, id: own }, null, 1);
  writeFileSync(join(folder, 'cache/runs', `${own}.json`), sealed(changed));
}

/** As src/cache/files.ts seals. */
function sealed(text) {
  return `{"sha256":"${createHash('sha256').update(text).digest('hex')}",\n"value":${text}}\n`;
}

function nodeAlone() {
  const started = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - started;
}
