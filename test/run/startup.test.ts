/** Start-up is sacred: these tests list what the hot paths load, so that nobody adds to it by accident. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeProject, type Project } from '../rig/project.ts';

const hook = `--import ${pathToFileURL(resolve('test/rig/loaded.mjs')).href}`;
const pipeline = `version: 1\nname: p\nstages:\n  a: { kind: command, run: "echo > x", out: { x: x } }\n`;

/** What entries and fingerprints take. */
const stored = ['@keyv/serialize', 'canonicalize', 'keyv'];
/** Commander reads the command line; the rest paints and measures text. */
const shown = ['chalk', 'commander', 'get-east-asian-width'];

test('a run that has nothing to do loads neither parser, schemas, plan, kinds, engines nor anything that runs a stage', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  project.run('p.yaml');
  const { packages, sources } = loadedBy(project, 'run', 'p.yaml');
  assert.deepEqual(packages, [...stored, ...shown].sort());
  const never =
    /^src\/(generated|pipeline\/(read|yaml|load|schema)|plan\/(plan|decide|stage-fingerprint|outside)|stages\/registry|nn\/(wasm\/(engine|kernels)|trainer)|report|tune\/(tpe|oracle)|run\/(run|tune|execute|carry|host)\b|data\/(archive|fetch|npy))/;
  assert.deepEqual(
    sources.filter((source) => never.test(source)),
    [],
  );
});

test('a run that has something to do adds the parser and what schemas were made into, no compiler of schemas and no engine', (t) => {
  const project = makeProject(t, { 'p.yaml': pipeline });
  const { packages, sources } = loadedBy(project, 'run', 'p.yaml');
  assert.deepEqual(packages, ['p-graph', 'yaml', ...stored, ...shown].sort());
  assert.ok(sources.includes('src/generated/validators.js'));
  assert.deepEqual(
    sources.filter((source) =>
      /^src\/(nn\/(wasm\/(engine|kernels)|trainer)|report|data\/archive)/.test(source),
    ),
    [],
  );
});

/** Packages and sources in the files that a command loads: esbuild names each in a comment. */
function loadedBy(project: Project, ...args: string[]): { packages: string[]; sources: string[] } {
  const list = join(project.folder, 'loaded');
  Object.assign(project.env, { NODE_OPTIONS: hook, PIPE_LOADED: list });
  const { code, err } = project.pipe(...args);
  assert.equal(code, 0, err);
  const files = readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.includes('/dist/'));
  const inputs = files.flatMap((url) =>
    [...readFileSync(fileURLToPath(url), 'utf8').matchAll(/^\/\/ ((?:src|node_modules)\/\S+)$/gm)].map(
      ([, input]) => input ?? '',
    ),
  );
  const packages = inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  return { packages: unique(packages), sources: unique(inputs.filter((input) => input.startsWith('src/'))) };
}

const unique = (all: readonly string[]): string[] => [...new Set(all)].sort();
