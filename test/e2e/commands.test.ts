import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import type { Commands } from '../../src/cli/declared.ts';
import { makeProject } from '../rig/project.ts';
import { small } from '../rig/small.ts';

test('every command has help with examples, on stdout', (t) => {
  const project = makeProject(t, {});
  const main = project.pipe('--help');
  assert.equal(main.code, 0);
  for (const name of Object.keys(commands)) assert.match(main.out, new RegExp(`^ {2}${name} `, 'm'));
  for (const words of callsOf(commands)) {
    const { code, out, err } = project.pipe(...words, '--help');
    const command = words.join(' ');
    assert.deepEqual([code, err], [0, ''], command);
    assert.match(out, new RegExp(`Examples:\\n {2}pipe ${command}`), command);
    assert.match(out, /^ +--json /m, command);
  }
});

const callsOf = (all: Commands, before: readonly string[] = []): string[][] =>
  Object.entries(all).flatMap(([name, { commands: inner = {} }]) => {
    const words = [...before, name];
    return [words, ...callsOf(inner, words)];
  });

test('a call that makes no sense is refused with 2', (t) => {
  const project = makeProject(t, { 'p.yaml': small, 'pipelines/first.yaml': small });
  for (const [call, code, fix] of [
    ['rnu p.yaml', 'invalid-call', 'did you mean `run`?'],
    ['toString', 'invalid-call', '`pipe --help` tells what it takes'],
    ['run', 'invalid-call', '`pipe run --help` tells what it takes'],
    ['run --set train.epochs=3 p.yaml', 'invalid-call', 'write the file first: `pipe run p.yaml --set …`'],
    ['run p.yaml --profil quick', 'invalid-call', 'did you mean `--profile`?'],
    ['run p.yaml --jobs two', 'invalid-call', '`pipe run --help` tells what it takes'],
    ['run p.yaml --profile quick', 'unknown-profile', 'the file has none'],
    ['plan p.yaml --engine cuda', 'unknown-engine', ''],
    ['run q.yaml', 'file-not-found', 'look at the path; it is taken from the folder you are in'],
    ['run frist.yaml', 'file-not-found', 'did you mean `pipelines/first.yaml`?'],
    ['run first.yaml', 'file-not-found', 'did you mean `pipelines/first.yaml`?'],
    ['run first', 'file-not-found', 'did you mean `pipelines/first.yaml`?'],
    ['run pipelines', 'file-not-found', 'it is a folder; name a file in it, such as pipelines/first.yaml'],
    ['cache clear', 'invalid-call', '`pipe cache` has gc, verify'],
    ['cache gc now', 'invalid-call', '`pipe cache gc --help` tells what it takes'],
    ['cache gc --max-age 3', 'invalid-cache-limit', 'write --max-age 30d'],
    ['engine install cuda', 'invalid-call', '`pipe engine install --help` tells what it takes'],
    ['diff last last~1', 'unknown-run', '`pipe runs` lists them'],
  ] as const) {
    const words = call.split(' ');
    const said = project.pipe(...words);
    assert.deepEqual([said.code, said.out], [2, ''], `${call}: ${said.err}`);
    assert.match(said.err, new RegExp(`^(p\\.yaml:\\d+:\\d+ )?error ${code}: `), call);
    assert.ok(said.err.includes(fix), said.err);
    const asked = project.pipe(...words, '--json');
    assert.deepEqual([asked.code, asked.err], [2, ''], call);
    const [diagnostic, ...others] = JSON.parse(asked.out).diagnostics;
    assert.deepEqual([diagnostic.code, others.length], [code, 0], call);
    assert.ok((diagnostic.fix ?? '').includes(fix), asked.out);
  }
});

test('without a package.json or .git the project is where one stands; a new cache is nothing for git', (t) => {
  const text = 'version: 1\nname: p\nstages: { a: { kind: command, run: "echo x > x", out: { x: x } } }\n';
  const project = makeProject(t, { 'sub/p.yaml': text });
  rmSync(join(project.folder, 'package.json'));
  project.run('sub/p.yaml');
  assert.match(project.pipe('runs').out, /^\S+ +p +done/m);
  assert.deepEqual(readdirSync(project.folder), ['cache', 'sub']);
  assert.equal(project.read('cache/.gitignore'), '*\n');
});

test('plan, graph, runs and diff tell of a pipeline and its runs, as text and as JSON', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const json = (...args: string[]): { [key: string]: unknown } =>
    JSON.parse(project.pipe(...args, '--json').out);
  assert.match(project.pipe('plan', 'p.yaml').out, /^download +run +never run$/m);
  assert.match(project.pipe('plan', 'p.yaml').out, /^normalize +depends +depends on download$/m);
  assert.match(project.pipe('graph', 'p.yaml', '--format', 'mermaid').out, /^graph TD\n {2}s0\["download"\]/);
  project.run('p.yaml');
  project.run('p.yaml', '--set', 'train.batchSize=20');
  assert.match(project.pipe('plan', 'p.yaml').out, /^train +hit +cached$/m);
  assert.deepEqual(
    new Set((json('plan', 'p.yaml').stages as { state: string }[]).map(({ state }) => state)),
    new Set(['hit']),
  );
  const records = project.pipe('runs', '--json').out.trim().split('\n');
  assert.equal(records.length, 2);
  assert.match(project.pipe('runs').out, /small +done +3 +4 /);
  assert.match(project.pipe('diff', 'last~1', 'last').out, /train\.batchSize +16 +20/);
});

test('results go to stdout and talk to stderr, and colour only where it is wanted', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const { out, err } = project.pipe('run', 'p.yaml', '--set', 'train.epochs=1');
  assert.equal(out, '');
  assert.match(err, /✔ evaluate/);
  assert.ok(!err.includes('\u001b['), 'no colour and no cursor movement without a terminal');
});
