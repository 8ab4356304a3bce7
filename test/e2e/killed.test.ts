import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/run/events.ts';
import { eventsIn, makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

const longer = small.replace('epochs: 2', 'epochs: 12');

const trainedBeyond =
  (epochs: number) =>
  (event: RunEvent): boolean =>
    event.type === 'stage-progress' && event.stage === 'train' && event.progress.done > epochs;

test('a training whose whole process group was killed goes on after its last finished epoch, to the same bytes', async (t) => {
  const [killed, whole] = [makeProject(t, { 'p.yaml': longer }), makeProject(t, { 'p.yaml': longer })];
  const running = killed.start('run', 'p.yaml', '--json');
  await running.event(trainedBeyond(4));
  running.signal('SIGKILL');
  assert.equal((await running.ended).code, null);
  const again = killed.pipe('run', 'p.yaml', '--json');
  assert.equal(again.code, 0, again.err);
  const lines = eventsIn(again.out).flatMap((event) => (event.type === 'stage-log' ? [event.line] : []));
  const [, epoch] = /continues after (\d+) epochs/.exec(lines.join('\n')) ?? [];
  // A checkpoint is kept while the next epoch trains: the very last one may be lost.
  assert.ok(Number(epoch) >= 1 && Number(epoch) < 12, lines.join('\n'));
  whole.run('p.yaml');
  assert.deepEqual(killed.hashes('cache/out/small'), whole.hashes('cache/out/small'));
});

test('Ctrl-C stops a training in the midst of an epoch, with 130; the next run goes on there, to the same bytes', async (t) => {
  const long = small
    .replace('train: 100', 'train: 1000')
    .replace('epochs: 2, batchSize: 16', 'epochs: 3, batchSize: 4, optimizer: { adam: {} }');
  const [stopped, whole] = [makeProject(t, { 'p.yaml': long }), makeProject(t, { 'p.yaml': long })];
  const running = stopped.start('run', 'p.yaml', '--json');
  await running.event(trainedBeyond(1.2));
  running.signal('SIGINT');
  const ended = await running.ended;
  assert.equal(ended.code, 130);
  assert.match(ended.out, /"outcome":"interrupted"/);
  const [, from] = /continues from epoch (1\.[1-9])/.exec(stopped.pipe('plan', 'p.yaml').out) ?? [];
  assert.ok(from, 'within the second epoch');
  const shorter = long.replace('epochs: 3', 'epochs: 1');
  stopped.write('p.yaml', shorter);
  assert.match(
    stopped.pipe('plan', 'p.yaml').out,
    /continues from epoch 1\b(?!\.)/,
    'the finished one is kept, too',
  );
  stopped.write('p.yaml', long);
  const again = stopped.pipe('run', 'p.yaml', '--json');
  assert.equal(again.code, 0, again.err);
  assert.ok(again.out.includes(`continues after ${from} epochs`));
  whole.run('p.yaml');
  assert.deepEqual(stopped.hashes('cache/out/small'), whole.hashes('cache/out/small'));
});
