// Runs the tests: `npm test`, `npm test -- test/cache`, `npm run test:soak` (the long ones whole).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';
import { bundling } from './build.mjs';
import { ensureBuilt } from './ensure.mjs';
import { generate } from './generate.mjs';

await generate();
await ensureBuilt('main.cjs');
const args = process.argv.slice(2);
const places = args.filter((arg) => !arg.startsWith('--'));
const patterns =
  places.length > 0
    ? places.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.test.ts`))
    : ['test/**/*.test.ts'];
const files = globSync(patterns).sort();
if (files.length === 0) throw new Error(`no tests at ${patterns.join(', ')}`);
const folder = `dist/test-${process.pid}`;
const env = { ...process.env, ...(args.includes('--soak') ? { PIPE_SOAK: '1' } : {}) };
softwareAdapter(env);
const concurrency = Math.max(1, Math.min(2, availableParallelism()));
// TensorFlow.js' modules load only when bundled like the program; all other tests run as they are.
const engineTests = files.filter((file) => file.startsWith('test/nn/'));
const entryPoints = [
  ...engineTests.map((file) => ({ in: file, out: file.replace(/^test\/(.*)\.ts$/, '$1') })),
  { in: 'src/data/feed-worker.ts', out: 'feed-worker' },
];
await build({ ...bundling, entryPoints, outdir: folder });
const built = [
  ...files.filter((file) => !engineTests.includes(file)),
  ...globSync(`${folder}/**/*.test.js`),
].sort();
const child = spawn(
  process.execPath,
  ['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec', ...built],
  { stdio: 'inherit', env },
);
child.on('exit', (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});

/** Where Debian's chromium is, the webgpu engine can be tested on its software adapter: by a Vulkan loader and a driver. */
function softwareAdapter(variables) {
  const chromium = '/usr/lib/chromium';
  if (variables.VK_ICD_FILENAMES !== undefined || !existsSync(`${chromium}/vk_swiftshader_icd.json`)) return;
  const loader = `${process.cwd()}/${folder}/vulkan`;
  mkdirSync(loader, { recursive: true });
  // Only this of chromium's libraries: others would stand in for the system's.
  symlinkSync(`${chromium}/libvulkan.so.1`, `${loader}/libvulkan.so.1`);
  variables.VK_ICD_FILENAMES = `${chromium}/vk_swiftshader_icd.json`;
  variables.LD_LIBRARY_PATH = [loader, variables.LD_LIBRARY_PATH].filter(Boolean).join(':');
}
