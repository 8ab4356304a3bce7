// Our side of the benchmarks on a training: train-ours.ts, bundled like the program.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundling } from '../../src/build/build.mjs';
import { ensureBuilt } from '../../src/build/ensure.mjs';

export async function buildOurs() {
  await ensureBuilt('main.cjs');
  const folder = `dist/bench-${process.pid}`;
  const entryPoints = [
    { in: 'test/bench/train-ours.ts', out: 'train-ours' },
    { in: 'src/data/feed-worker.ts', out: 'feed-worker' },
  ];
  await build({ ...bundling, entryPoints, outdir: folder });
  return {
    /** One side of a contest. */
    ours: (engine, data, precision, steps) => ({
      command: [process.execPath, `${folder}/train-ours.js`, engine, data, precision, String(steps)],
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
