/**
 * Preloaded into the real `pipe` (NODE_OPTIONS=--import), not into the stages' processes: the n-th call that changes
 * something on the disk goes wrong, as PIPE_FAULT says: `kill:57`, `EIO:57`, `ENOSPC:57`; `count:FILE` writes to FILE how
 * many such calls there were. A write that goes wrong has first written half.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [how, at] = (process.env.PIPE_FAULT ?? '').split(':');
const { appendFileSync, writeFileSync, writeSync } = fs;
let calls = 0;

function fail(name) {
  if (how === 'kill') process.kill(-process.pid, 'SIGKILL');
  throw Object.assign(new Error(`${how}: injected, ${name}`), { code: how, errno: -5, syscall: name });
}

/** Does `half` and goes wrong when it is this call's turn. */
function patch(module, name, half = () => {}) {
  const original = module[name];
  module[name] = (...args) => {
    if (++calls === Number(at) && how !== 'count') {
      half(...args);
      fail(name);
    }
    return original(...args);
  };
}

const halfOf = (data) => data.slice(0, Math.floor(data.length / 2));

if (how && !process.argv[1]?.endsWith('child.js')) {
  for (const name of [
    'renameSync',
    'rmSync',
    'mkdirSync',
    'linkSync',
    'copyFileSync',
    'chmodSync',
    'fsyncSync',
  ])
    patch(fs, name);
  for (const name of ['copyFile', 'rename', 'mkdir']) patch(promises, name);
  patch(fs, 'writeFileSync', (file, data, options) => writeFileSync(file, halfOf(data), options));
  patch(fs, 'appendFileSync', (file, data) => appendFileSync(file, halfOf(data)));
  patch(fs, 'writeSync', (file, data) => writeSync(file, halfOf(data)));
  patch(promises, 'writeFile', (file, data) => writeFileSync(file, halfOf(data)));
  syncBuiltinESMExports();
  if (how === 'count') process.on('exit', () => writeFileSync(at, String(calls)));
}
