// Runs the tests: `npm test`, `npm test -- test/cache`, `npm run test:soak` (the long ones whole).
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';
import { bundling } from './build.mjs';
import { ensureBuilt } from './ensure.mjs';
import { generate } from './generate.mjs';

await generate();
await ensureBuilt('main.js');
const args = process.argv.slice(2);
const places = args.filter((arg) => !arg.startsWith('--'));
const patterns =
  places.length > 0
    ? places.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.test.ts`))
    : ['test/**/*.test.ts'];
const files = globSync(patterns).sort();
const env = { ...process.env, ...(args.includes('--soak') ? { PIPE_SOAK: '1' } : {}) };
const concurrency = Math.max(1, Math.min(2, availableParallelism()));
const folder = `dist/test-${process.pid}`;
// Bundled like the program: TensorFlow.js' modules load nowhere else.
await build({ ...bundling, entryPoints: files, outdir: folder, outbase: 'test' });
const built = globSync(`${folder}/**/*.test.js`).sort();
const child = spawn(process.execPath, ['--enable-source-maps', '--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec', ...built], { stdio: 'inherit', env });
child.on('exit', (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
