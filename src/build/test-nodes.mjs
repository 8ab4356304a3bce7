// Runs the quick job under every supported version of Node and compares what it leaves, byte for byte: `npm run test:nodes`.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = ['20', '22', '24'];
const compared = [
  'train/trained/weights.bin',
  'evaluate/predictions/probabilities.npy',
  'report/page/report.html',
];

const folder = mkdtempSync(join(tmpdir(), 'pipe-nodes-'));
try {
  const digests = new Set(versions.map(quickJob).filter((digest) => digest !== null));
  if (digests.size > 1) throw new Error('the versions of Node leave different bytes');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The digest of what the job leaves, or null where this version can't be had. */
function quickJob(version) {
  const node = binaryOf(version);
  if (node === null) {
    console.log(`Node ${version}: skipped, it can not be had here`);
    return null;
  }
  const cache = join(folder, `cache-${version}`);
  const started = performance.now();
  const run = ['src/build/launch.mjs', 'run', 'pipelines/cifar-augmented.yaml', '--profile', 'quick'];
  const { status, stderr } = spawnSync(node, [...run, '--cache', cache, '--engine', 'wasm'], {
    encoding: 'utf8',
  });
  if (status !== 0 || /warning/i.test(stderr))
    throw new Error(`under Node ${version} it ended with ${status}\n${stderr}`);
  const hash = createHash('sha256');
  for (const path of compared) hash.update(readFileSync(join(cache, 'out/cifar-augmented@quick', path)));
  const digest = hash.digest('hex');
  console.log(
    `Node ${version}: ${((performance.now() - started) / 1000).toFixed(0)} s, ${digest.slice(0, 16)}`,
  );
  return digest;
}

/** The running Node where it is of that version, else the binary out of its npm package. */
function binaryOf(version) {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const prefix = join(folder, version);
  try {
    execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', prefix, `${name}@${version}`], {
      shell: process.platform === 'win32',
    });
  } catch {
    return null;
  }
  const node = join(prefix, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(node) ? node : null;
}
