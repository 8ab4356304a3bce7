/**
 * `npx tsx test/bench/tune/compare.ts PYTHON [ROUNDS]`: the search in search.yaml by `pipe`, with two trials at a time and with one, and
 * by Keras Tuner (a Python that has tensorflow and keras-tuner), alternating. Needs the engine `native` and CIFAR-10 (PIPE_MIRROR).
 * Writes compare.json beside this file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [python = 'python3', rounds = '3'] = process.argv.slice(2);
const here = resolve('test/bench/tune');
const file = join(here, 'search.yaml');
const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));

interface Round {
  readonly side: 'two at a time' | 'one at a time' | 'Keras Tuner';
  readonly seconds: number;
  readonly best: number;
}

try {
  const found: Round[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    found.push(pipe('two at a time', 2), pipe('one at a time', 1), keras());
    process.stderr.write(`${JSON.stringify(found.slice(-3))}\n`);
  }
  const sides = ['two at a time', 'one at a time', 'Keras Tuner'] as const;
  const medians = Object.fromEntries(
    sides.map((side) => [
      side,
      median(found.filter((one) => one.side === side).map(({ seconds }) => seconds)),
    ]),
  );
  const machine = { cpu: cpus()[0]?.model, cpus: cpus().length, load: loadavg()[0], node: process.version };
  writeFileSync(
    join(here, 'compare.json'),
    `${JSON.stringify({ machine, medians, rounds: found }, null, 2)}\n`,
  );
  process.stdout.write(`${JSON.stringify(medians)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The search alone, in a cache that has nothing of it. */
function pipe(side: Round['side'], jobs: number): Round {
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
  const args = ['src/build/launch.mjs', 'run', file, '--engine', 'native', '--json'];
  const out = run(process.execPath, [...args, '--cache', join(folder, 'cache'), '--jobs', String(jobs)]);
  const end = out.split('\n').find((line) => /"stage-end","stage":"tune"/.test(line)) ?? '{}';
  const { seconds, summary }: { seconds: number; summary: string } = JSON.parse(end);
  return { side, seconds, best: Number(/valAccuracy (\S+?):/.exec(summary)?.[1]) };
}

function keras(): Round {
  const outputs = join(folder, 'cache/out/bench');
  const script = join(here, 'keras-tuner.py');
  const out = run(python, [script, join(outputs, 'tune/trials/trials.json'), join(outputs, 'download/data')]);
  const { seconds, best }: { seconds: number; best: number } = JSON.parse(
    out.trim().split('\n').at(-1) ?? '',
  );
  return { side: 'Keras Tuner', seconds, best };
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${program} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
