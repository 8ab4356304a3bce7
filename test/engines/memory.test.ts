import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failure } from '../../src/diagnostics/diagnostic.ts';
import { asFailure } from '../../src/stages/engine-failures.ts';
import { makeProject, outcomes } from '../rig/project.ts';
import { small } from '../rig/small.ts';

/** What engines really say: TensorFlow on a GPU and a CPU, WebAssembly, Dawn, JavaScript. */
const said = [
  'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[4096,32,32,64] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
  'Invalid TF_Status: 8\nMessage: RESOURCE_EXHAUSTED: failed to allocate memory',
  'memory access out of bounds',
  'Out of memory: cannot allocate a buffer of 4294967296 bytes',
  'Array buffer allocation failed',
];

test('an engine that runs out of memory is told with the batch size and what to change', () => {
  const context = { engine: { name: 'native', files: {} }, params: { batchSize: 4096 } };
  for (const message of said) {
    const failure = asFailure(new Error(message), context);
    assert.ok(failure instanceof Failure, message);
    assert.equal(failure.diagnostic.code, 'out-of-memory');
    assert.match(failure.message, /the engine `native` ran out of memory with batchSize 4096: /);
    assert.match(failure.diagnostic.fix ?? '', /lower batchSize/);
  }
  const other = new Error('another fault');
  assert.equal(asFailure(other, context), other);
});

test('a training that the system kills for memory is told as such, and nothing of it is taken for a result', {
  skip: process.platform !== 'linux' && 'looks for processes in /proc',
}, async (t) => {
  const project = makeProject(t, { 'p.yaml': small.replace('epochs: 2', 'epochs: 400') });
  const running = project.start('run', 'p.yaml', '--json');
  await running.event((event) => event.type === 'stage-progress' && event.stage === 'train');
  for (const pid of stagesUnder(project.folder)) process.kill(pid, 'SIGKILL');
  const { code, out } = await running.ended;
  assert.equal(code, 1);
  assert.match(out, /"stage-killed".*`train` was killed by SIGKILL/);
  assert.match(
    out,
    /if nobody killed it, the system was out of memory: a smaller batchSize or width needs less/,
  );
  project.write('p.yaml', small);
  assert.equal(outcomes(project.pipe('run', 'p.yaml', '--json').out).train, 'ran');
});

/** The stages' processes of a project: the system kills the largest, which is one of them. */
function stagesUnder(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isChild = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('child.js');
        return (
          isChild && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`PIPE_ENGINE_FOLDER=${folder}`)
        );
      } catch {
        return false;
      }
    });
}
