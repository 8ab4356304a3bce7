/** Compiled code that is kept from an earlier start: it may save time and change nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const start = `import { requireCached } from '${pathToFileURL(resolve('src/build/code-cache.mjs')).href}';
requireCached(process.argv[2], process.argv[3]);`;
const main = `"use strict"; const { say } = require('./chunk-ABC.cjs');
const { join } = require('node:path');
exports.x = 1;
say(process.argv[3], join('a', 'b'), typeof __filename, this === undefined);
if (/fail$/.test(process.argv[3])) process.exitCode = 2;
if (process.argv[3] === 'latefail') queueMicrotask(() => require('./late-DEF.cjs'));`;
const chunk = `exports.say = (...words) => console.log('one', ...words);`;

interface Built {
  readonly folder: string;
  run(command?: string, code?: number): string;
  kept(): string[];
}

function makeBuild(t: TestContext): Built {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-code-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'start.mjs'), start);
  writeFileSync(join(folder, 'main.cjs'), main);
  writeFileSync(join(folder, 'chunk-ABC.cjs'), chunk);
  writeFileSync(join(folder, 'late-DEF.cjs'), 'exports.y = 2;');
  return {
    folder,
    run: (command = 'go', code = 0) => {
      const args = [join(folder, 'start.mjs'), join(folder, 'main.cjs'), command];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(status, code, stderr);
      return stdout;
    },
    kept: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.code'))
        .map((name) => join(folder, name)),
  };
}

const said = 'one go a/b string false\n';

test('a start keeps what it compiled, the next takes it and writes nothing', (t) => {
  const build = makeBuild(t);
  assert.equal(build.run(), said);
  const [file = ''] = build.kept();
  const { ino } = statSync(file);
  assert.equal(build.run(), said);
  assert.equal(statSync(file).ino, ino);
  build.run('other');
  assert.equal(build.kept().length, 2, 'each command keeps its own');
});

test('kept code that is cut off, of zeros, changed in one byte or not there changes nothing, and is kept anew', (t) => {
  const build = makeBuild(t);
  build.run();
  const [file = ''] = build.kept();
  const good = readFileSync(file);
  const damages = [
    () => truncateSync(file, good.length - 100),
    () => writeFileSync(file, Buffer.alloc(good.length)),
    () =>
      writeFileSync(
        file,
        good.map((byte, i) => (i === good.length - 200 ? byte ^ 1 : byte)),
      ),
    () => writeFileSync(file, ''),
    () => rmSync(file),
  ];
  for (const damage of damages) {
    damage();
    assert.equal(build.run(), said);
    const { ino } = statSync(file);
    build.run();
    assert.equal(statSync(file).ino, ino, 'what was kept anew is taken');
  }
});

test('another program of the same length at the same path is the one that runs', (t) => {
  const build = makeBuild(t);
  build.run();
  writeFileSync(join(build.folder, 'main.cjs'), main.replace("'a', 'b'", "'c', 'd'"));
  assert.equal(build.run(), said.replace('a/b', 'c/d'));
  assert.equal(build.run(), said.replace('a/b', 'c/d'));
});

test('where nothing can be kept, a start runs as it does elsewhere', (t) => {
  const build = makeBuild(t);
  const before = readdirSync(build.folder);
  const file = `go.${process.version}.code`;
  mkdirSync(join(build.folder, file));
  assert.equal(build.run(), said);
  assert.deepEqual(readdirSync(build.folder).sort(), [...before, file].sort(), 'and leaves nothing');
});

test('words that name no command leave no file of their own, a command that fails does', (t) => {
  const build = makeBuild(t);
  build.run('fail', 2);
  assert.deepEqual(build.kept(), []);
  build.run('../../x');
  build.run('--help');
  assert.equal(build.kept().length, 1);
  build.run('latefail', 2);
  assert.equal(build.kept().length, 2);
});
