import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/run/events.ts';
import { search, searchProject } from './rig.ts';

const soak = process.env.PIPE_SOAK === '1';
const text = search(
  'search: { tpe: { trials: 4, startup: 3 } }\n    epochs: 3\n    prune: { median: { startup: 2 } }\n    executions: 1',
);
const out = 'cache/out/search/tune';

/** The n-th event of a trial that has come at least so far; a search that is over sooner is fine too. */
function nth(count: number): (event: RunEvent) => boolean {
  let seen = 0;
  return (event) => event.type === 'stage-trial' && ++seen === count;
}

test('a search that is killed anywhere and run again ends as one that was left alone', async (t) => {
  const whole = searchProject(t);
  whole.search(text);
  const undisturbed = whole.hashes(out);
  const { search: run, start, write, hashes } = searchProject(t);
  write('p.yaml', text);
  let kills = 0;
  for (const count of soak ? Array.from({ length: 20 }, (_, i) => 1 + i * 2) : [2, 9]) {
    const running = start('run', 'p.yaml', '--json');
    const event = await running.event(nth(count)).catch(() => null);
    running.signal('SIGKILL');
    await running.ended;
    kills += Number(event !== null);
  }
  assert(kills >= 1);
  run(text);
  assert.deepEqual(hashes(out), undisturbed);
});
