/** Eight `pipe` at once on one cache, with the same and with different pipelines. PIPE_SOAK=1 goes 50 rounds. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventsIn, makeProject, outcomes } from '../rig/project.ts';

const rounds = process.env.PIPE_SOAK ? 50 : 3;

/** Each stage notes that it ran; all files have `shared` and `middle` in common. */
function pipeline(name: string, log: string): string {
  const own = `echo ${name} \${vars.round} >> ${log}; cat middle/x > x; echo ${name} >> x`;
  return `version: 1
name: ${name}
vars: { round: 0 }
stages:
  shared: { kind: command, run: "echo shared \${round} >> ${log}; sleep 0.1; echo \${round} > x", out: { x: x } }
  middle: { kind: command, run: "echo middle \${round} >> ${log}; cat shared/x > x; echo middle >> x", in: { shared: shared.x }, out: { x: x } }
  ${name}: { kind: command, run: "${own.replaceAll('vars.round', 'round')}", in: { middle: middle.x }, out: { x: x } }
`;
}

test('a stage that several of eight processes want runs once, and all of them have whole and right results', async (t) => {
  const project = makeProject(t, {});
  const log = join(project.folder, 'log');
  const names = ['left', 'right', 'third', 'fourth'];
  for (const name of names) project.write(`${name}.yaml`, pipeline(name, log));
  const ran: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    const eight = [...names, ...names].map((name) =>
      project.start('run', `${name}.yaml`, '--set', `vars.round=${round}`, '--json'),
    );
    const ended = await Promise.all(eight.map((one) => one.ended));
    for (const { code, out, err } of ended) assert.equal(code, 0, out + err);
    for (const name of names)
      assert.equal(project.read(`cache/out/${name}/${name}/x/x`), `${round}\nmiddle\n${name}\n`);
    const made = ended.flatMap(({ out }) => Object.values(outcomes(out)));
    assert.equal(made.filter((outcome) => outcome === 'ran').length, 2 + names.length);
    assert.ok(eventsIn(ended[0]?.out ?? '').some((event) => event.type === 'run-end'));
    ran.push(...['shared', 'middle', ...names].map((stage) => `${stage} ${round}`));
  }
  assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n').sort(), ran.sort());
  assert.equal(project.pipe('cache', 'verify').code, 0);
});
