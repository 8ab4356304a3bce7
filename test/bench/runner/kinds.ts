/** What a stage of our own kinds takes when there is next to nothing to compute: the first of a run starts a process, later ones get it again. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../../../src/run/events.ts';

const launcher = resolve('src/build/launch.mjs');
const count = 10;

/** Seconds; of the later ones the median. */
export function measureKinds(root: string): { readonly [what: string]: number } {
  const folder = join(root, 'kinds');
  mkdirSync(folder);
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const stages = [
    'download: { dataset: shapes10, limit: { train: 40, test: 10 }, validation: 0.2 }',
    'build: { input: [32, 32, 3], layers: [{ flatten: {} }, { dense: { units: 10, activation: softmax } }] }',
    ...numbers.map((i) => `n${i}: { kind: normalize, data: download, method: rescale, range: [0, ${i}] }`),
    ...numbers.map((i) => `t${i}: { kind: train, model: build, data: download, epochs: 1, seed: ${i} }`),
  ];
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'k.yaml'),
    `version: 1\nname: k\nstages:\n${stages.map((stage) => `  ${stage}\n`).join('')}`,
  );
  const run = (...until: string[]): string => {
    const args = [
      launcher,
      'run',
      'k.yaml',
      '--json',
      '--jobs',
      '1',
      '--engine',
      'wasm',
      '--until',
      ...until,
    ];
    return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).stdout;
  };
  run('download', 'build');
  const normalize = run(...numbers.map((i) => `n${i}`));
  const train = run(...numbers.map((i) => `t${i}`));
  rmSync(folder, { recursive: true });
  return { ...timesOf(normalize, 'n', 'normalize'), ...timesOf(train, 't', 'train, wasm') };
}

function timesOf(out: string, letter: string, name: string): { [what: string]: number } {
  const seconds = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): RunEvent => JSON.parse(line))
    .flatMap((event) => (event.type === 'stage-end' && /^.\d/.test(event.stage) ? [event] : []))
    .filter(({ stage }) => stage.startsWith(letter))
    .map((event) => event.seconds);
  const later = seconds.slice(1).sort((a, b) => a - b);
  return { [`${name}, first`]: seconds[0] ?? 0, [`${name}, later`]: later[later.length >> 1] ?? 0 };
}
