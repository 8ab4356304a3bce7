import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSettings } from '../../src/cli/settings.ts';
import { findInstallation } from '../../src/nn/native/installation.ts';
import { makeProject } from '../rig/project.ts';

const found = findInstallation(readSettings({}).engineSettings);
const seconds = process.env.PIPE_SOAK === undefined ? 4 : 60;

/** Matrix products while a thread sends signals and a profiler's timer sends more; nothing but the addon. */
const program = `
const { isMainThread, Worker, workerData } = require('node:worker_threads');
if (!isMainThread) for (;;) process.kill(process.pid, 'SIGUSR2');
process.on('SIGUSR2', () => {});
const addon = require(process.argv[2]);
const seconds = Number(process.argv[3]);
const attrs = [{ name: 'T', type: 4, value: 1 }, ...['transpose_a', 'transpose_b'].map((name) => ({ name, type: 3, value: false }))];
const matrix = (rows, columns) =>
  addon.createTensor([rows, columns], 1, Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 1009) / 1009));
const [a, b] = [matrix(64, 256), matrix(256, 256)];
const multiply = () => addon.executeOp('MatMul', attrs, [a, b], 1)[0].id;
const bytes = (id) => Buffer.from(addon.tensorDataSync(id).buffer);
const expected = bytes(multiply());
new Worker(__filename);
let count = 0;
for (const started = Date.now(); Date.now() - started < seconds * 1000; count++) {
  const made = multiply();
  if (count % 16 === 0 && !bytes(made).equals(expected)) throw new Error('another product');
  addon.deleteTensor(made);
}
process.stdout.write(String(count));
process.kill(process.pid, 'SIGKILL');
`;

function whyNot(): string | false {
  if (process.platform !== 'linux') return 'the addon has a stack for signals on Linux alone';
  if (found.state !== 'whole') return 'the native engine is not installed: pipe engine install native';
  return readFileSync(found.addon).includes('__wrap_TFE_NewContext')
    ? false
    : 'this addon was not compiled by this pipe: pipe engine install native';
}

test('a flood of signals, as a profiler sends them, harms no computation on the native engine', {
  skip: whyNot(),
}, (t) => {
  assert.ok(found.state === 'whole');
  const { folder } = makeProject(t, { 'flood.cjs': program });
  const flags = ['--cpu-prof', '--cpu-prof-interval=100', `--cpu-prof-dir=${folder}`];
  const { signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, 'flood.cjs', found.addon, String(seconds)],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } },
  );
  assert.equal(signal, 'SIGKILL', stderr);
  assert.ok(Number(stdout) > 100, `${stdout} products`);
});
