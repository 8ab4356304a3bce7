/**
 * `npm run bench:runner`: the runner against its peers, alternating on the same machine, medians; stages of our own kinds;
 * inputs. Each run from nothing has a folder of its own: where files were just removed, ext4 is slow to make others. PIPE_BENCH_PYTHON names
 * a virtual environment with doit, snakemake and dvc, PIPE_BENCH_NPM a folder with node_modules/wireit, both from their
 * registries; what is not there is left out. Writes test/bench/runner/results.json.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureFiles } from './files.ts';
import { measureKinds } from './kinds.ts';
import { type Tool, toolsIn } from './tools.ts';

const tools = toolsIn({ python: process.env.PIPE_BENCH_PYTHON ?? '', npm: process.env.PIPE_BENCH_NPM ?? '' });
const sizes = (process.env.PIPE_BENCH_SIZES ?? '8,100,1000').split(',').map(Number);
const rounds = Number(process.env.PIPE_BENCH_ROUNDS ?? 5);
const root = mkdtempSync(join(tmpdir(), 'pipe-bench-'));

type Times = { [tool: string]: number };
const stages: { [mode: string]: { [count: number]: Times } } = { nothingToDo: {}, fromNothing: {} };

try {
  for (const count of sizes) measure(count);
  const results = {
    date: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model, cpus: cpus().length, node: process.version, load: loadavg() },
    rounds,
    seconds: stages,
    kinds: measureKinds(root),
    files: await measureFiles(root),
  };
  writeFileSync('test/bench/runner/results.json', `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function measure(count: number): void {
  const node: Tool = {
    name: 'node -e 0',
    command: [process.execPath, '-e', '0'],
    prepare: () => {},
  };
  const taking = [...tools, node].filter(({ most = Number.POSITIVE_INFINITY }) => count <= most);
  const samples = { fromNothing: new Map<string, number[]>(), nothingToDo: new Map<string, number[]>() };
  for (let round = 0; round < rounds; round++) {
    for (const tool of taking) {
      const folder = prepared(tool, count);
      push(samples.fromNothing, tool.name, timed(tool.command, folder));
      // What settles after a first run, such as files too young to be trusted, settles here.
      timed(tool.command, folder);
      push(samples.nothingToDo, tool.name, timed(tool.command, folder));
    }
  }
  for (const mode of ['fromNothing', 'nothingToDo'] as const) {
    stages[mode] = {
      ...stages[mode],
      [count]: Object.fromEntries([...samples[mode]].map(([name, all]) => [name, median(all)])),
    };
  }
}

function prepared(tool: Tool, count: number): string {
  const folder = mkdtempSync(join(root, `${tool.name.replace(/\W/g, '')}-${count}-`));
  if (tool.init) run(tool.init, folder);
  tool.prepare(folder, count);
  return folder;
}

function run([command = '', ...args]: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stderr}`);
}

function timed(command: readonly string[], cwd: string): number {
  const started = performance.now();
  run(command, cwd);
  return (performance.now() - started) / 1000;
}

function push(to: Map<string, number[]>, name: string, value: number): void {
  to.set(name, [...(to.get(name) ?? []), value]);
}

export function median(all: readonly number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}
