// Bundles the program with esbuild: our code and light libraries into a few files, so that starting it reads few of them.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, transform } from 'esbuild';
import { generate } from './generate.mjs';

// Heavy, native or reading files beside themselves: left to Node's own resolution.
const external = ['sharp', 'esbuild', 'tsx/*', 'echarts', 'echarts/*'];
/** How our code becomes JavaScript, for the program and for its tests. */
export const bundling = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.9',
  sourcemap: true,
  external,
  // Another TensorFlow.js inside one process would do harm, and the union package brings layers, data and two more backends.
  alias: { '@tensorflow/tfjs': fileURLToPath(new URL('../nn/native/union.ts', import.meta.url)) },
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname ?? new URL('.', import.meta.url).pathname;",
  },
  logLevel: 'warning',
};

const dayInMs = 24 * 60 * 60 * 1000;

/** A stage's process, and threads, which are started by the file beside whatever starts them. */
export function entries(project) {
  return {
    child: join(project, 'src/run/child.ts'),
    'feed-worker': join(project, 'src/data/feed-worker.ts'),
    'decode-worker': join(project, 'src/data/decode-worker.ts'),
    'engine-test': join(project, 'src/nn/check/child.ts'),
    predict: join(project, 'src/nn/predict-child.ts'),
  };
}

/** Builds into a temporary folder and renames it to `folder`: two at once do no harm. */
export async function build(project, folder) {
  await generate();
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  await bundle({
    absWorkingDir: project,
    ...bundling,
    entryPoints: entries(project),
    outdir: temporary,
  });
  await buildCommands(project, temporary);
  copyFileSync(join(project, 'src/generated/all-errors.cjs'), join(temporary, 'all-errors.cjs'));
  await bundle({
    ...bundling,
    banner: {},
    splitting: false,
    sourcemap: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    external: [],
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: { report: join(project, 'src/report/browser/main.ts') },
    outdir: temporary,
  });
  removeOld(dirname(folder));
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/**
 * What a person starts, `main.cjs`, and its chunks as CommonJS: importing thirty chunks costs a start up to 20 ms more than
 * requiring them, and only scripts can be given compiled code. esbuild splits only modules: they are translated one by one.
 */
async function buildCommands(project, folder) {
  const { outputFiles, metafile } = await bundle({
    absWorkingDir: project,
    ...bundling,
    entryPoints: { main: join(project, 'src/cli/main.ts') },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__url' },
    banner: {},
    sourcemap: false,
    metafile: true,
    write: false,
  });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { inputs } = metafile.outputs[relative(project, path)];
      // Chunks are no packages: the translation of their imports below would look for defaults.
      const own = text.replaceAll(
        /\bimport\(("\.\/[\w.-]+\.cjs")\)/g,
        'Promise.resolve().then(() => require($1))',
      );
      const { code } = await transform(own, {
        format: 'cjs',
        platform: 'node',
        target: bundling.target,
        supported: { 'dynamic-import': false },
      });
      const sources = Object.keys(inputs).map((input) => `// ${input}\n`);
      const head = code.includes('__url') ? urlOfFile : '';
      writeFileSync(path, `${sources.join('')}'use strict';${head}\n${code}`);
    }),
  );
}

const urlOfFile = " const __url = require('node:url').pathToFileURL(__filename).href;";

/** A running `pipe` may still load chunks of an older build: only those of yesterday go. */
function removeOld(dist) {
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    if (name !== 'package' && Date.now() - statSync(path).mtimeMs > dayInMs)
      rmSync(path, { recursive: true, force: true });
  }
}
