// Reads 60,000 small PNGs as an image folder is read, and with Pillow in two processes, in turns.
//
//     PYTHON=…/bin/python npm run bench:images      the real CIFAR-10 as mirror: PIPE_MIRROR=…
//
// Writes test/bench/images.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import sharp from 'sharp';
import { bundling } from '../../src/build/build.mjs';

const turns = 5;
const python = process.env.PYTHON ?? 'python3';
const bundle = resolve(`dist/bench-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), 'pipe-images-'));
try {
  const entryPoints = Object.fromEntries(
    ['decode-pool', 'decode-worker', 'cifar', 'source-files'].map((name) => [name, `src/data/${name}.ts`]),
  );
  await build({ ...bundling, entryPoints, outdir: bundle });
  const load = (name) => import(pathToFileURL(join(bundle, `${name}.js`)).href);
  const { decodeFiles } = await load('decode-pool');
  const { filesIn } = await load('source-files');
  const { fetchCifar10 } = await load('cifar');
  const count = await writePngs(fetchCifar10);
  const ours = [];
  const pillow = [];
  for (let turn = 0; turn < turns; turn++) {
    const started = performance.now();
    const wanted = { height: 32, width: 32, colour: 'rgb', fit: 'resize' };
    const decoded = await decodeFiles(filesIn(folder), wanted, () => {});
    ours.push((performance.now() - started) / 1000);
    const sum = decoded.reduce((total, { pixels }) => pixels.reduce((all, value) => all + value, total), 0);
    const [seconds, theirs] = readWithPillow();
    if (sum !== theirs) throw new Error(`the pixels differ: ${sum} and ${theirs}`);
    pillow.push(seconds);
  }
  const result = {
    what: `${count} PNGs of 32x32, read into memory: seconds, in turns`,
    machine: `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}`,
    ours,
    pillowInTwoProcesses: pillow,
    ratioOfMedians: median(pillow) / median(ours),
  };
  writeFileSync('test/bench/images.json', `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { recursive: true, force: true });
}

async function writePngs(fetchCifar10) {
  const downloads = mkdtempSync(join(tmpdir(), 'pipe-downloads-'));
  const mirrors = (process.env.PIPE_MIRROR ?? '').split(',').filter((place) => place !== '');
  const options = { folder: downloads, mirrors, onBytes: () => {}, signal: new AbortController().signal };
  const { images, labels } = await fetchCifar10(options);
  rmSync(downloads, { recursive: true, force: true });
  for (const label of new Set(labels)) mkdirSync(join(folder, String(label)), { recursive: true });
  const raw = { width: 32, height: 32, channels: 3 };
  const write = (row) =>
    sharp(images.subarray(row * 3072, (row + 1) * 3072), { raw })
      .png({ adaptiveFiltering: true })
      .toFile(join(folder, String(labels[row]), `${row}.png`));
  for (let at = 0; at < labels.length; at += 100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => write(at + i)));
  return labels.length;
}

function readWithPillow() {
  const { stdout, stderr, status } = spawnSync(python, ['test/bench/read_images.py', folder, '1'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split(' ').map(Number);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
