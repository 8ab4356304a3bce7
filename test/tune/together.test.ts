// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipeline files
/** A search beside other stages, other processes and collections. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventsIn, outcomes, type Project } from '../rig/project.ts';
import { frame, search, searchProject, training } from './rig.ts';

const one = search('search: { random: { trials: 1 } }\n    epochs: 1');

test('a collection takes nothing of a cached search from a run that has yet to use it', async (t) => {
  const project = searchProject(t);
  project.search(one);
  const [noted, wait] = [join(project.folder, 'noted'), join(project.folder, 'wait')];
  writeFileSync(wait, '');
  const slow = `echo > ${noted}; while test -e ${wait}; do sleep 0.05; done; cat t/trials.csv > y`;
  const after = `
  slow: { kind: command, run: "${slow}", in: { t: tune.trials }, out: { y: y } }
  after: { kind: command, run: "cat t/trials.csv s/y > z", in: { t: tune.trials, s: slow.y }, out: { z: z } }
`;
  project.write('p.yaml', one + after);
  const running = project.start('run', 'p.yaml', '--json');
  await until(() => existsSync(noted));
  rmSync(join(project.folder, 'p.yaml'));
  age(project);
  const gc = project.pipe('cache', 'gc', '--keep-runs', '0', '--max-age', '0d', '--delete');
  assert.equal(gc.code, 0, gc.err);
  rmSync(wait);
  const { code, out, err } = await running.ended;
  assert.equal(code, 0, out + err);
  assert.equal(project.read('cache/out/search/after/z/z').split('learningRate').length, 3);
});

test('searches and stages with a common mutex never run at the same time, and their trials have the processors', (t) => {
  const project = searchProject(t);
  const tune = (name: string, objective: string): string =>
    `  ${name}:\n    kind: tune\n    mutex: camera\n    objective: { ${objective} }\n    search: { random: { trials: 2 } }\n    epochs: 1${training}`;
  const other = '  other: { kind: command, run: "echo > x", mutex: camera, out: { x: x } }\n';
  project.write('p.yaml', frame + tune('one', 'minimize: valLoss') + other + tune('two', 'minimize: loss'));
  const { code, out, err } = project.pipe('run', 'p.yaml', '--json', '--jobs', '1');
  assert.equal(code, 0, err);
  const taking = eventsIn(out).flatMap((event) =>
    (event.type === 'stage-start' || event.type === 'stage-end') && /one|two|other/.test(event.stage)
      ? [event.stage]
      : [],
  );
  assert.equal(taking.length, 6);
  for (const at of [0, 2, 4]) assert.equal(taking[at], taking[at + 1], taking.join());
});

test('of two processes that want the same search one does it, and the other has it from the cache', async (t) => {
  const project = searchProject(t);
  project.write('p.yaml', one);
  const both = [project.start('run', 'p.yaml', '--json'), project.start('run', 'p.yaml', '--json')];
  const ended = await Promise.all(both.map((run) => run.ended));
  assert.deepEqual(ended.map(({ out }) => outcomes(out).tune).sort(), ['cached', 'ran']);
});

/** As if nothing in the cache had been made within the last hour. */
function age(project: Project): void {
  const objects = readdirSync(join(project.folder, 'cache/objects'), {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of objects) if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 1e9, 1e9);
}

async function until(holds: () => boolean): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    assert.ok(looks < 1000, 'it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
