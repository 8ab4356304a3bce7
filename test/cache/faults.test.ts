/** The real `pipe`, killed or failed by its disk at any of its calls that change something there. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type Ended, makeProject, type Project } from '../rig/project.ts';
import { small } from '../rig/small.ts';

const faults = `--import ${pathToFileURL(resolve('test/rig/faults.mjs')).href}`;

const commands = `version: 1
name: p
stages:
  one: { kind: command, run: "echo 1 > x; mkdir d; echo 2 > d/a; echo 3 > d/b", in: { words: words.txt }, out: { x: x, d: d } }
  two: { kind: command, run: "cat x/x d/a d/b > y", in: { x: one.x, d: one.d }, out: { y: y } }
  big: { kind: command, run: "head -c 9000000 /dev/zero > z", out: { z: z } }
  three: { kind: command, run: "cat y/y > w; wc -c < z/z >> w", in: { y: two.y, z: big.z }, out: { w: w } }
`;

/** Pipelines by what makes them worth killing: links of large files; checkpoints. */
const pipelines = { commands, training: small.replace('train: 100', 'train: 60') };
const points = { commands: process.env.PIPE_SOAK ? 150 : 5, training: process.env.PIPE_SOAK ? 50 : 1 };

for (const [name, text] of [
  ['commands', pipelines.commands],
  ['training', pipelines.training],
] as const) {
  test(`killed at any moment of a run of ${name}, the next run leaves what an undisturbed one leaves`, async (t) => {
    const { calls, artifacts } = await undisturbed(t, text);
    for (const at of spread(calls, points[name])) {
      const project = projectOf(t, text);
      await withFault(project, `kill:${at}`, 'run', 'p.yaml');
      const again = project.pipe('run', 'p.yaml');
      assert.equal(again.code, 0, `kill ${at} of ${calls}: ${again.err}`);
      assert.deepEqual(project.hashes('cache/out'), artifacts, `kill ${at} of ${calls}`);
      assert.match(project.pipe('run', 'p.yaml').err, /nothing to do/);
    }
  });
}

test('killed at any moment of a collection, the cache is whole and holds what the pipeline needs', async (t) => {
  const older = commands.replace('echo 1', 'echo 0');
  const limits = ['cache', 'gc', '--keep-runs', '0', '--max-age', '0d', '--delete'];
  const prepared = (): Project => {
    const project = projectOf(t, older);
    project.run('p.yaml');
    project.write('p.yaml', commands);
    project.run('p.yaml');
    for (const entry of readdirSync(join(project.folder, 'cache/objects'), {
      recursive: true,
      withFileTypes: true,
    }))
      if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 1e9, 1e9);
    return project;
  };
  const whole = prepared();
  const calls = await counted(whole, ...limits);
  for (const at of spread(calls, process.env.PIPE_SOAK ? 50 : 3)) {
    const project = prepared();
    const artifacts = project.hashes('cache/out');
    await withFault(project, `kill:${at}`, ...limits);
    assert.deepEqual(
      Object.values(project.run('p.yaml')),
      ['cached', 'cached', 'cached', 'cached'],
      `kill ${at}`,
    );
    assert.deepEqual(project.hashes('cache/out'), artifacts);
    assert.match(project.pipe('cache', 'verify').out, /all whole/, `kill ${at} of ${calls}`);
    assert.equal(project.pipe(...limits).code, 0);
  }
});

for (const code of ['EIO', 'ENOSPC']) {
  test(`${code} at any call: told without a stack, what was there stays, and the next run leaves what an undisturbed one leaves`, async (t) => {
    const { calls, artifacts } = await undisturbed(t, commands);
    for (const at of spread(calls, process.env.PIPE_SOAK ? 100 : 3)) {
      const project = projectOf(t, commands);
      const { code: exit, err } = await withFault(project, `${code}:${at}`, 'run', 'p.yaml');
      const where = `${code} ${at} of ${calls}: ${err}`;
      assert.doesNotMatch(err, /fault of the program|^\s+at .*\(/m, where);
      // What only saves work later, such as the memory of hashes, may go unsaid.
      if (exit !== 0) assert.match(err, /error (disk-full|disk-error|outputs-not-written)/, where);
      const again = project.pipe('run', 'p.yaml');
      assert.equal(again.code, 0, where + again.err);
      assert.deepEqual(project.hashes('cache/out'), artifacts, where);
    }
  });
}

/** What a run leaves that nothing disturbs, and how many calls it takes to change the disk. */
async function undisturbed(
  t: TestContext,
  text: string,
): Promise<{ calls: number; artifacts: ReturnType<Project['hashes']> }> {
  const project = projectOf(t, text);
  const calls = await counted(project, 'run', 'p.yaml');
  return { calls, artifacts: project.hashes('cache/out') };
}

async function counted(project: Project, ...args: string[]): Promise<number> {
  const file = join(project.folder, 'count');
  const { code, err } = await withFault(project, `count:${file}`, ...args);
  assert.equal(code, 0, err);
  return Number(readFileSync(file, 'utf8'));
}

function projectOf(t: TestContext, text: string): Project {
  return makeProject(t, { 'p.yaml': text, 'words.txt': 'some words\n' });
}

async function withFault(project: Project, fault: string, ...args: string[]): Promise<Ended> {
  Object.assign(project.env, { NODE_OPTIONS: faults, PIPE_FAULT: fault });
  const ended = await project.start(...args).ended;
  project.env.NODE_OPTIONS = undefined;
  project.env.PIPE_FAULT = undefined;
  return ended;
}

/** One of each stretch, drawn; the seed is told when the test fails. */
function spread(calls: number, count: number): number[] {
  const seed = Number(process.env.PIPE_FAULT_SEED ?? Date.now());
  process.stdout.write(`# PIPE_FAULT_SEED=${seed}\n`);
  const draws = fc.sample(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
    seed,
    numRuns: count,
  });
  return draws.map((draw, i) => 1 + Math.floor(((i + draw) / count) * calls));
}
