import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { test } from 'node:test';
import { readSettings } from '../../src/cli/settings.ts';
import { describeNative } from '../../src/nn/native/describe.ts';
import { makeProject, ran } from '../rig/project.ts';
import { small } from '../rig/small.ts';

test('without an installed engine `auto` takes wasm and says what a faster one needs', (t) => {
  const project = makeProject(t, { 'p.yaml': small });
  const listed = JSON.parse(project.pipe('engine', '--json').out);
  assert.equal(listed.auto, 'wasm');
  assert.match(
    project.pipe('engine').out,
    /^native +missing +it is not installed: `pipe engine install native`$/m,
  );
  const { err } = project.pipe('run', 'p.yaml', '--set', 'train.epochs=1');
  assert.match(err, /engine wasm \(WebAssembly, one thread; faster: `pipe engine install native`\)/);
});

test('an engine asked for by name that does not work is refused with 2, in flag, environment and file', (t) => {
  const project = makeProject(t, {
    'p.yaml': small,
    'native.yaml': small.replace('seed: 7', 'seed: 7\nengine: native'),
  });
  const refused =
    /error engine-unavailable: the engine `native` does not work here: it is not installed\n +fix: `pipe engine install native`/;
  for (const call of [
    project.pipe('run', 'p.yaml', '--engine', 'native'),
    project.pipe('run', 'native.yaml'),
    makeProject(t, { 'p.yaml': small }, { PIPE_ENGINE: 'native' }).pipe('run', 'p.yaml'),
  ]) {
    assert.equal(call.code, 2, call.err);
    assert.match(call.err, refused);
  }
  assert.match(project.pipe('plan', 'p.yaml', '--engine', 'natve').err, /did you mean `native`\?/);
});

test('an empty variable is one that is not set, and engines never land in the folder where one stands', (t) => {
  const unset = Object.fromEntries(
    ['PIPE_ENGINE', 'PIPE_ENGINE_FOLDER', 'PIPE_CACHE', 'PIPE_THREADS', 'PIPE_TF32'].map((name) => [
      name,
      '',
    ]),
  );
  const HOME = makeProject(t, {}).folder;
  for (const XDG_DATA_HOME of ['', 'here']) {
    const project = makeProject(t, { 'p.yaml': small }, { ...unset, HOME, XDG_DATA_HOME });
    const { folder } = JSON.parse(project.pipe('engine', '--json').out);
    if (process.platform === 'linux') assert.equal(folder, join(HOME, '.local/share/pipe/engines'));
    assert.ok(isAbsolute(folder) && !folder.startsWith(project.folder), folder);
    project.run('p.yaml', '--until', 'build');
    assert.ok(existsSync(join(project.folder, 'cache', 'out', 'small', 'build')));
  }
});

const { engineSettings } = readSettings({});
const skip = describeNative(engineSettings).works ? false : 'it is not installed: pipe engine install native';

test('the native engine trains, twice to the same bytes, and takes only results of its own', {
  skip,
}, (t) => {
  const env = { PIPE_ENGINE_FOLDER: engineSettings.folder };
  const [one, other] = [makeProject(t, { 'p.yaml': small }, env), makeProject(t, { 'p.yaml': small }, env)];
  one.run('p.yaml', '--engine', 'wasm');
  const onWasm = one.hashes('cache/out/small');
  assert.deepEqual(ran(one.run('p.yaml')), [], '`auto` takes what any engine made');
  assert.deepEqual(ran(one.run('p.yaml', '--engine', 'native')), ['evaluate', 'report', 'train']);
  const onNative = one.hashes('cache/out/small');
  other.run('p.yaml', '--engine', 'native');
  assert.deepEqual(other.hashes('cache/out/small'), onNative);
  assert.notEqual(onNative['train/trained/weights.bin'], onWasm['train/trained/weights.bin']);
  const facts = JSON.parse(one.read('cache/out/small/train/facts/facts.json'));
  assert.equal(facts.engine.engine, 'native');
  assert.match(facts.engine.library, /^tensorflow \d+\.\d+/);
});
