/** Small fixed pipelines whose artifacts are recorded: the same fingerprint has to give the same bytes, today and later. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** By stage. */
export type Golden = { readonly [stage: string]: GoldenStage };
interface GoldenStage {
  readonly fingerprint: string;
  /** By port, the digest of its content. */
  readonly ports: { readonly [port: string]: string };
}

export const goldenFile = 'test/plan/golden.json';
const pipelineFile = 'test/plan/golden.yaml';

export function recordedGolden(): Golden {
  return JSON.parse(readFileSync(goldenFile, 'utf8'));
}

/** Runs the pipeline on wasm in an empty cache. */
export function presentGolden(): Golden {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-golden-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'golden.yaml'), readFileSync(pipelineFile));
    pipe(folder, 'run', 'golden.yaml', '--engine', 'wasm');
    const record: { stages: ({ name: string } & GoldenStage)[] } = JSON.parse(
      pipe(folder, 'show', 'last', '--json'),
    );
    return Object.fromEntries(
      record.stages.map(({ name, fingerprint, ports }) => [name, { fingerprint, ports }]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pipe(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('src/build/launch.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PIPE_CACHE: join(folder, 'cache') },
  });
  if (status !== 0) throw new Error(`pipe ${args.join(' ')} ended with ${status}\n${stderr}`);
  return stdout;
}

/** Stages that give other bytes under the fingerprint that they had, with the ports. */
export function broken(recorded: Golden, present: Golden): string[] {
  return Object.entries(present).flatMap(([stage, now]) => {
    const before = recorded[stage];
    if (before?.fingerprint !== now.fingerprint) return [];
    const ports = Object.keys(now.ports).filter((port) => before.ports[port] !== now.ports[port]);
    return ports.length === 0 ? [] : [`${stage}: ${ports.join(', ')}`];
  });
}
